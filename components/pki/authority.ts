import type * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { KeyAlgorithm } from "./options";

/** A certificate authority. */
export interface Authority {
  /** Its certificate in PEM. */
  certPem: pulumi.Output<string>;
  /** Its key in PEM. A secret. */
  privateKeyPem: pulumi.Output<string>;
}

/** How an authority is made. */
export interface AuthoritySettings {
  /**
   * The algorithm of its key.
   * @default KeyAlgorithm.EcdsaP256
   */
  algorithm?: KeyAlgorithm;
  /**
   * Whether it refuses to be deleted or replaced.
   * @default true
   */
  protect?: boolean;
}

export const YEAR_HOURS = 8766;

const keySettings: Record<KeyAlgorithm, tls.PrivateKeyArgs> = {
  "ECDSA-P256": { algorithm: "ECDSA", ecdsaCurve: "P256" },
  "RSA-2048": { algorithm: "RSA", rsaBits: 2048 },
  "RSA-4096": { algorithm: "RSA", rsaBits: 4096 },
};

/** A key of the kind that was asked for, as the resource NAME-key. */
export function newKey(
  name: string,
  algorithm: KeyAlgorithm | undefined,
  opts: pulumi.CustomResourceOptions,
): tls.PrivateKey {
  return new tls.PrivateKey(`${name}-key`, keySettings[algorithm ?? KeyAlgorithm.EcdsaP256], opts);
}

/** An authority with a certificate of its own, as the resources NAME-key and NAME. */
export function newAuthority(
  name: string,
  commonName: string,
  { algorithm, protect = true }: AuthoritySettings,
  parent: pulumi.Resource,
): Authority {
  const { privateKeyPem } = newKey(name, algorithm, { parent, protect });
  const { certPem } = new tls.SelfSignedCert(
    name,
    {
      privateKeyPem,
      subject: { commonName },
      isCaCertificate: true,
      setSubjectKeyId: true,
      allowedUses: ["digital_signature", "key_encipherment", "cert_signing"],
      validityPeriodHours: 10 * YEAR_HOURS,
    },
    { parent, protect },
  );
  return { certPem, privateKeyPem };
}
