import { X509Certificate } from "node:crypto";

/** Below `/etc/kubernetes/pki`: an intermediate with its issuers, for those that know roots only. */
export const chainFile = "ca-chain.crt";

/** Whether a text is a certificate in PEM, or several of which the first is one. */
export function isCertificate(text: string): boolean {
  try {
    return Boolean(new X509Certificate(text));
  } catch {
    return false;
  }
}
