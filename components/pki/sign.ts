import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, webcrypto } from "node:crypto";
import { remembered } from "../values/remembered";
import { loadX509 } from "./x509";

/** A key pair with its certificate. */
export interface Identity {
  /** The certificate in PEM. */
  certificate: string;
  /** The private key in PEM. */
  privateKey: string;
}

/** Clocks of machines that were just started may be behind. */
const backdate = 5 * 60_000;

/**
 * A client certificate, signed here and valid from now on. `@pulumi/tls` would keep it in the state, where its expiry
 * is a change for every later run; this one is of use only to the run that makes it.
 */
export async function signClient(
  authority: Identity,
  subject: { name: string; group: string },
  seconds: number,
): Promise<Identity> {
  const x509 = loadX509();
  const { issuer, signingKey, algorithm } = await signerOf(authority);
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: `01${randomBytes(15).toString("hex")}`,
      subject: [{ O: [subject.group] }, { CN: [subject.name] }],
      issuer: issuer.subjectName,
      notBefore: new Date(Math.max(Date.now() - backdate, issuer.notBefore.getTime())),
      notAfter: new Date(Date.now() + seconds * 1000),
      publicKey: await imported("spki", pair.publicKey, algorithmOf(pair.publicKey), "verify"),
      signingKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      ],
    },
    webcrypto as Crypto,
  );
  return {
    certificate: `${certificate.toString("pem")}\n`,
    privateKey: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** A CA is read once, however many it signs for. */
const signerOf = remembered(async ({ certificate, privateKey }: Identity) => {
  const { X509Certificate } = loadX509();
  const key = createPrivateKey(privateKey);
  const algorithm = algorithmOf(key);
  return {
    issuer: new X509Certificate(certificate),
    signingKey: await imported("pkcs8", key, algorithm, "sign"),
    algorithm,
  };
});

const curves: Record<string, string> = { prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521" };

function algorithmOf(key: KeyObject): { name: string; hash: string; namedCurve?: string } {
  if (key.asymmetricKeyType === "rsa") return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  return { name: "ECDSA", hash: "SHA-256", namedCurve: curves[key.asymmetricKeyDetails?.namedCurve ?? ""] };
}

function imported(
  format: "spki" | "pkcs8",
  key: KeyObject,
  algorithm: ReturnType<typeof algorithmOf>,
  usage: "sign" | "verify",
): Promise<CryptoKey> {
  const der =
    format === "spki" ? key.export({ type: "spki", format: "der" }) : key.export({ type: "pkcs8", format: "der" });
  return webcrypto.subtle.importKey(format, der, algorithm, true, [usage]) as Promise<CryptoKey>;
}
