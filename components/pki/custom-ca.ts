import { createPrivateKey, type KeyObject, type X509Certificate } from "node:crypto";
import { isPath, noCertificate, readCertificates } from "../values/certificates";
import { loadX509 } from "./x509";

/** What is wrong with one of the two parts of a custom CA. */
export interface CaProblem {
  /** The part. */
  part: "certificate" | "privateKey";
  /** What is there, and what is expected. */
  message: string;
}

/**
 * The key in the form that openssl, Go and Pulumi's providers all read: PKCS#1 or SEC 1, and nothing else in the file.
 */
export function traditionalKey(text: string): string {
  const key = createPrivateKey(text);
  const type = key.asymmetricKeyType === "rsa" ? "pkcs1" : "sec1";
  return key.export({ type, format: "pem" } as { type: "sec1"; format: "pem" }).toString();
}

/**
 * What keeps a certificate from being a CA's, or a key from being that of the certificate; a key may be judged later.
 */
export function caProblems(certificate: string, privateKey?: string, now = new Date()): CaProblem[] {
  const messages = certificateMessages(certificate, now);
  const problems: CaProblem[] = messages.map((message) => ({ part: "certificate", message }));
  const [own] = readCertificates(certificate) ?? [];
  if (privateKey === undefined) return problems;
  const message = keyMessage(privateKey, own);
  return message === undefined ? problems : [...problems, { part: "privateKey", message }];
}

function certificateMessages(text: string, now: Date): string[] {
  const chain = readCertificates(text);
  if (chain === undefined) return [noCertificate(text)];
  const links = chain.flatMap((certificate, position) => linkMessages(certificate, position, now));
  // What is not a CA has issued nothing, either.
  return links.length > 0 ? links : chain.flatMap((link, position) => issuerMessages(link, chain[position + 1]));
}

/** A certificate by itself; POSITION CAs are between it and what is signed for machines. */
function linkMessages(certificate: X509Certificate, position: number, now: Date): string[] {
  const x509 = loadX509();
  const parsed = new x509.X509Certificate(certificate.raw);
  const constraints = parsed.getExtension(x509.BasicConstraintsExtension);
  const usages = parsed.getExtension(x509.KeyUsagesExtension)?.usages;
  const name = nameOf(certificate);
  const messages: string[] = [];
  if (!constraints?.ca) messages.push(`${name} is not a CA; expected: basicConstraints with CA:TRUE`);
  if (usages !== undefined && !(usages & x509.KeyUsageFlags.keyCertSign))
    messages.push(`${name} may not sign certificates; expected: keyUsage with keyCertSign`);
  if (parsed.notAfter <= now) messages.push(`${name} expired on ${day(parsed.notAfter)}`);
  if (parsed.notBefore > now) messages.push(`${name} is valid from ${day(parsed.notBefore)} on only`);
  if (constraints?.pathLength !== undefined && constraints.pathLength < position)
    messages.push(
      `${name} allows a path length of ${constraints.pathLength}; needed: ${position}, for so many CAs are before it`,
    );
  return messages;
}

function issuerMessages(certificate: X509Certificate, next?: X509Certificate): string[] {
  const issuer = next ?? certificate;
  if (certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)) return [];
  return next
    ? [`${nameOf(certificate)} was not issued by ${nameOf(next)}, which is behind it`]
    : [`${nameOf(certificate)} is the last and not a root; put its issuers behind it, up to and with the root`];
}

function keyMessage(text: string, certificate?: X509Certificate): string | undefined {
  let key: KeyObject;
  if (isPath(text))
    return `"${text}" is the path of a file; expected: the key that is in it, -----BEGIN PRIVATE KEY----- and so on`;
  try {
    key = createPrivateKey(text);
  } catch {
    return "is not a private key in PEM, or one that is encrypted; expected: -----BEGIN PRIVATE KEY----- and so on";
  }
  const { asymmetricKeyType: type = "none", asymmetricKeyDetails: { modulusLength = 0, namedCurve = "" } = {} } = key;
  if (type === "rsa" ? modulusLength < 2048 : !["prime256v1", "secp384r1", "secp521r1"].includes(namedCurve))
    return (
      `is a key of type ${[type, modulusLength || namedCurve].filter(Boolean).join(" ")}; allowed: RSA of 2048 bits ` +
      "or more, ECDSA on P-256, P-384 or P-521"
    );
  return certificate === undefined || certificate.checkPrivateKey(key)
    ? undefined
    : "does not belong to the certificate";
}

function nameOf(certificate: X509Certificate): string {
  return `"${certificate.subject.split("\n").reverse().join(", ")}"`;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
