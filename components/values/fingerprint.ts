import { createHash, scryptSync } from "node:crypto";

/** The first 12 hex digits of a text's SHA-256: enough to see in a diff that it changed. */
export function fingerprint(...texts: string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text.length}:`).update(text);
  return hash.digest("hex").slice(0, 12);
}

/** Texts that are secret, and that somebody may have chosen: short enough to be guessed. */
const chosen = new Set<string>();
const slow = new Map<string, string>();

/** Has a text counted as one that somebody may have chosen; what is shorter than a word is part of everything. */
export function noteChosen(text: string): void {
  if (text.length >= 4) chosen.add(text);
}

/**
 * The fingerprint of a text that may be secret. A key cannot be found out by trying; what somebody chose could be. So a
 * text with such a word in it (`noteChosen`) has one that takes a tenth of a second to make.
 */
export function secretFingerprint(text: string): string {
  if (![...chosen].some((each) => text.includes(each))) return fingerprint(text);
  const known =
    slow.get(text) ?? scryptSync(text, "kubeadm-ha", 6, { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 }).toString("hex");
  slow.set(text, known);
  return known;
}
