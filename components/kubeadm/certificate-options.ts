import type * as pulumi from "@pulumi/pulumi";

/** Key algorithms that kubeadm accepts, by the names of its `encryptionAlgorithm`. */
export const KeyAlgorithm = {
  EcdsaP256: "ECDSA-P256",
  Rsa2048: "RSA-2048",
  Rsa3072: "RSA-3072",
  Rsa4096: "RSA-4096",
} as const;
export type KeyAlgorithm = (typeof KeyAlgorithm)[keyof typeof KeyAlgorithm];

/**
 * Who makes the CAs, and how control planes get them. `pulumi`: they are in the state, as secrets, and every machine
 * gets them from there. `kubeadm`: the first machine makes them, the others get them from the cluster, and no key of a
 * CA is anywhere but on control planes
 * (https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/high-availability/).
 */
export const CertificateMode = { Pulumi: "pulumi", Kubeadm: "kubeadm" } as const;
export type CertificateMode = (typeof CertificateMode)[keyof typeof CertificateMode];

/** How keys and certificates are made. */
export interface SigningOptions {
  /**
   * The algorithm of every key that is made.
   * @default KeyAlgorithm.EcdsaP256
   */
  keyAlgorithm?: KeyAlgorithm;
  /**
   * How many days certificates are valid that are signed for machines and users, kubelets' among them. Another value
   * holds for what is signed from then on.
   * @default 365
   */
  validityDays?: number;
  /**
   * How many days the CAs are valid that are made. Those that are there stay as they are.
   * @default 3650
   */
  authorityValidityDays?: number;
}

/** The cluster's certificates. */
export interface CertificateOptions extends SigningOptions {
  /**
   * Who makes the CAs. It never changes in a cluster's life.
   * @default CertificateMode.Pulumi
   */
  mode?: CertificateMode;
}

/** A custom CA. */
export interface CustomCa {
  /**
   * Its certificate in PEM. That of an intermediate comes first, and behind it its issuers, up to and with the root.
   */
  certificate: string;
  /** Its key in PEM, RSA or ECDSA, not encrypted. It is in the state, as a secret, and on control planes. */
  privateKey: pulumi.Input<string>;
}

/** Custom CAs: https://kubernetes.io/docs/setup/best-practices/certificates/ */
export interface CustomCas {
  /**
   * The CA of API servers, kubelets and users.
   * @default one that is made
   */
  cluster?: CustomCa;
  /**
   * The CA of etcd.
   * @default one that is made
   */
  etcd?: CustomCa;
  /**
   * The CA by which extension API servers know the API servers.
   * @default one that is made
   */
  frontProxy?: CustomCa;
}
