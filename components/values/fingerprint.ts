import { createHash } from "node:crypto";

/** The first 12 hex digits of a text's SHA-256: enough to see in a diff that it changed. */
export function fingerprint(...texts: string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text.length}:`).update(text);
  return hash.digest("hex").slice(0, 12);
}
