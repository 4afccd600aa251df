import type { CustomCa, CustomCas, SigningOptions } from "../kubeadm/certificate-options";
import { validity } from "../kubeadm/validity";
import type { Known } from "../machine/known";
import type { Problem } from "../values/problems";
import { caProblems } from "./custom-ca";

/** How long certificates are valid; PATH is what comes before the options. */
export function signingProblems(options: SigningOptions | undefined, path: string): Problem[] {
  const { validityDays, authorityValidityDays } = validity(options);
  const problems = Object.entries({ validityDays, authorityValidityDays })
    .filter(([, days]) => days < 1 || days > 36500)
    .map(([key, days]) => ({
      path: `${path}${key}`,
      message: `${days} is not a valid number of days; allowed: 1 to 36500`,
    }));
  if (problems.length > 0 || validityDays <= authorityValidityDays) return problems;
  const message =
    `${validityDays} days are more than authorityValidityDays, ${authorityValidityDays}; a certificate is of no ` +
    "use when its CA has expired";
  return [{ path: `${path}validityDays`, message }];
}

/** Custom CAs, each at its own path below PATH. */
export function authorityProblems(authorities: Known<CustomCas> | undefined, path: string): Problem[] {
  return Object.entries(authorities ?? {}).flatMap(([name, ca]) => customCaProblems(ca, `${path}.${name}`));
}

/** One custom CA, as far as it is known. */
export function customCaProblems(ca: Known<CustomCa> | undefined, path: string): Problem[] {
  if (ca === undefined) return [];
  return caProblems(ca.certificate, ca.privateKey).map(({ part, message }) => ({ path: `${path}.${part}`, message }));
}
