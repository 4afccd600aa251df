import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { type CustomCa, KeyAlgorithm, type SigningOptions } from "../kubeadm/certificate-options";
import { validity } from "../kubeadm/validity";
import { certificatesIn } from "../values/certificates";
import { caProblems, traditionalKey } from "./custom-ca";

/** A certificate authority. */
export interface Authority {
  /** Its certificate in PEM. */
  certPem: pulumi.Output<string>;
  /** The same, with its issuers behind it where it is an intermediate, up to the root. */
  chainPem: pulumi.Output<string>;
  /** Its key in PEM. A secret. */
  privateKeyPem: pulumi.Output<string>;
}

/** How a CA is made. */
export interface CaOptions extends SigningOptions {
  /**
   * Whether it refuses to be deleted or replaced.
   * @default true
   */
  protect?: boolean;
}

const keyKinds: Record<KeyAlgorithm, tls.PrivateKeyArgs> = {
  "ECDSA-P256": { algorithm: "ECDSA", ecdsaCurve: "P256" },
  "RSA-2048": { algorithm: "RSA", rsaBits: 2048 },
  "RSA-3072": { algorithm: "RSA", rsaBits: 3072 },
  "RSA-4096": { algorithm: "RSA", rsaBits: 4096 },
};

/** A key of the kind that was asked for, as the resource NAME-key. */
export function newKey(
  name: string,
  algorithm: KeyAlgorithm | undefined,
  opts: pulumi.CustomResourceOptions,
): tls.PrivateKey {
  return new tls.PrivateKey(`${name}-key`, keyKinds[algorithm ?? KeyAlgorithm.EcdsaP256], opts);
}

/** A CA with a certificate of its own, as the resources NAME-key and NAME. */
export function newAuthority(
  name: string,
  commonName: string,
  { keyAlgorithm, protect = true, ...options }: CaOptions,
  parent: pulumi.Resource,
): Authority {
  const { privateKeyPem } = newKey(name, keyAlgorithm, { parent, protect });
  const { certPem } = new tls.SelfSignedCert(
    name,
    {
      privateKeyPem,
      subject: { commonName },
      isCaCertificate: true,
      setSubjectKeyId: true,
      allowedUses: ["digital_signature", "key_encipherment", "cert_signing"],
      validityPeriodHours: 24 * validity(options).authorityValidityDays,
    },
    // Another period would be another CA, and no cluster survives that.
    { parent, protect, ignoreChanges: ["validityPeriodHours"] },
  );
  return { certPem, chainPem: certPem, privateKeyPem };
}

/** A custom CA. Its key, which may be known only now, is judged once more. */
export function customCa({ certificate, privateKey }: CustomCa): Authority {
  const chain = certificatesIn(certificate);
  const privateKeyPem = pulumi.output(privateKey).apply((text) => {
    const [problem] = caProblems(certificate, text);
    if (problem) throw new pulumi.RunError(`a custom CA: its ${problem.part} ${problem.message}`);
    return traditionalKey(text);
  });
  return {
    certPem: pulumi.output(chain[0]),
    chainPem: pulumi.output(chain.join("")),
    privateKeyPem: pulumi.secret(privateKeyPem),
  };
}
