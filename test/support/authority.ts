import "reflect-metadata";
import { KeyObject, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { Identity } from "../../components/pki/sign";

/** A CA with its key, in PEM. */
export type Authority = Identity;

/** The kinds of keys that a CA can have here. */
export const authorityKeys = {
  "ECDSA-P256": { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  "RSA-2048": {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: "SHA-256",
  },
};

/** A CA that nobody trusts, its key in the form in which `@pulumi/tls` writes it. */
export async function newAuthority(kind: keyof typeof authorityKeys = "ECDSA-P256", days = 10): Promise<Authority> {
  const algorithm = authorityKeys[kind];
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: "CN=kubernetes",
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + days * 86_400_000),
      signingAlgorithm: algorithm,
      keys: keys as CryptoKeyPair,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
      ],
    },
    webcrypto as Crypto,
  );
  const key = KeyObject.from(keys.privateKey);
  const type = kind === "ECDSA-P256" ? "sec1" : "pkcs1";
  return {
    certificate: `${certificate.toString("pem")}\n`,
    privateKey: key.export({ type, format: "pem" } as { type: "sec1"; format: "pem" }).toString(),
  };
}
