import type { SigningOptions } from "./certificate-options";

/** Days that certificates and CAs are valid, with their defaults. */
export function validity({
  validityDays = 365,
  authorityValidityDays = 3650,
}: SigningOptions = {}): Required<Pick<SigningOptions, "validityDays" | "authorityValidityDays">> {
  return { validityDays, authorityValidityDays };
}

/** Hours that what a CA signs is valid. */
export function leafHours(options?: SigningOptions): number {
  return 24 * validity(options).validityDays;
}
