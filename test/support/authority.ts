import "reflect-metadata";
import { createPrivateKey, KeyObject, webcrypto } from "node:crypto";
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

/** What is special about an authority. */
export interface Special {
  kind?: keyof typeof authorityKeys;
  /** Its name; that of Kubernetes' own CA by default. */
  name?: string;
  /** Days from now, the first of them a minute ago. */
  from?: number;
  days?: number;
  /** Whoever issued it; itself by default. Its certificate may have others behind it. */
  issuer?: Authority;
  pathLength?: number;
  /** No authority at all, or one that may sign nothing. */
  ca?: boolean;
  usages?: x509.KeyUsageFlags;
}

const dayLength = 86_400_000;

/**
 * A CA that nobody trusts, its key in the form in which `@pulumi/tls` writes it; behind the certificate are its
 * issuers'.
 */
export async function newAuthority(special: Special = {}): Promise<Authority> {
  const { kind = "ECDSA-P256", name = "CN=kubernetes", from = -1 / 1440, days = 10, issuer, ca = true } = special;
  const algorithm = authorityKeys[kind];
  const { publicKey, privateKey } = (await webcrypto.subtle.generateKey(algorithm, true, [
    "sign",
    "verify",
  ])) as webcrypto.CryptoKeyPair;
  const parent = issuer && new x509.X509Certificate(issuer.certificate);
  const signer = issuer && createPrivateKey(issuer.privateKey);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      subject: name,
      issuer: parent?.subjectName ?? name,
      notBefore: new Date(Date.now() + from * dayLength),
      notAfter: new Date(Date.now() + days * dayLength),
      publicKey: publicKey as CryptoKey,
      signingKey: signer
        ? ((await webcrypto.subtle.importKey(
            "pkcs8",
            signer.export({ type: "pkcs8", format: "der" }),
            authorityKeys["ECDSA-P256"],
            false,
            ["sign"],
          )) as CryptoKey)
        : (privateKey as CryptoKey),
      signingAlgorithm: signer ? authorityKeys["ECDSA-P256"] : algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(ca, special.pathLength, true),
        new x509.KeyUsagesExtension(
          special.usages ?? x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature,
          true,
        ),
      ],
    },
    webcrypto as Crypto,
  );
  const type = kind === "ECDSA-P256" ? "sec1" : "pkcs1";
  return {
    certificate: `${certificate.toString("pem")}\n${issuer?.certificate ?? ""}`,
    privateKey: KeyObject.from(privateKey)
      .export({ type, format: "pem" } as { type: "sec1"; format: "pem" })
      .toString(),
  };
}
