import { X509Certificate } from "node:crypto";

/** Below `/etc/kubernetes/pki`: an intermediate with its issuers, for those that know roots only. */
export const chainFile = "ca-chain.crt";

/** The certificates in a text, as they follow each other, each in PEM with a newline at its end. */
export function certificatesIn(text: string): string[] {
  return [...text.matchAll(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g)].map(([pem]) => `${pem}\n`);
}

/** The same as they are read; undefined where there is none, or one that is broken. */
export function readCertificates(text: string): X509Certificate[] | undefined {
  try {
    const all = certificatesIn(text).map((pem) => new X509Certificate(pem));
    return all.length > 0 ? all : undefined;
  } catch {
    return undefined;
  }
}

/** What a message says of a text that is no certificate. */
export function noCertificate(text: string): string {
  const expected = "-----BEGIN CERTIFICATE----- and so on";
  return isPath(text)
    ? `"${text}" is the path of a file; expected: the certificate that is in it, ${expected}`
    : `is not a certificate in PEM; expected: ${expected}`;
}

/** Whether a text names a file. */
export function isPath(text: string): boolean {
  return /^(~|\.{1,2}|[A-Za-z]:)?[\\/]\S*$/.test(text) || /^[\w./-]+\.(pem|crt|cer|key|pub)$/.test(text);
}
