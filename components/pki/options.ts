/** Key algorithms that kubeadm accepts, by the names of its `encryptionAlgorithm`. */
export const KeyAlgorithm = { EcdsaP256: "ECDSA-P256", Rsa2048: "RSA-2048", Rsa4096: "RSA-4096" } as const;
export type KeyAlgorithm = (typeof KeyAlgorithm)[keyof typeof KeyAlgorithm];

/**
 * Who makes the authorities, and how control planes come by them. `pulumi`: they are in the state, as secrets, and every machine
 * gets them from there. `kubeadm`: the first machine makes them, the others get them from the cluster, and no key of an authority
 * is anywhere but on control planes (https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/high-availability/).
 */
export const CertificateMode = { Pulumi: "pulumi", Kubeadm: "kubeadm" } as const;
export type CertificateMode = (typeof CertificateMode)[keyof typeof CertificateMode];

/** The cluster's certificates. */
export interface CertificateOptions {
  /**
   * Who makes the authorities. It never changes in a cluster's life.
   * @default CertificateMode.Pulumi
   */
  mode?: CertificateMode;
  /**
   * The algorithm of every key that is made.
   * @default KeyAlgorithm.EcdsaP256
   */
  keyAlgorithm?: KeyAlgorithm;
}
