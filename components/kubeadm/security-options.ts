/** TLS versions that servers can be told to insist on. */
export const TlsVersion = { Tls12: "TLS1.2", Tls13: "TLS1.3" } as const;
export type TlsVersion = (typeof TlsVersion)[keyof typeof TlsVersion];

/** The Pod Security Standards: https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export const PodSecurityLevel = { Privileged: "privileged", Baseline: "baseline", Restricted: "restricted" } as const;
export type PodSecurityLevel = (typeof PodSecurityLevel)[keyof typeof PodSecurityLevel];

/** Encryption of Secrets in etcd. */
export interface EncryptionOptions {
  /**
   * Names of keys, which Pulumi makes: the first writes, all of them read. To rotate, put a new name first; when that
   * is through, take the old one away. `identity` is the reserved name of no encryption.
   * @default ["key-1"]
   */
  keys?: string[];
}

/** The audit log of the API servers, `/var/log/kubernetes/audit/audit.log` on each control plane. */
export interface AuditOptions {
  /**
   * Whether there is one.
   * @default true
   */
  enabled?: boolean;
  /**
   * The policy (audit.k8s.io/v1), as YAML.
   * @default who did what to which object, never a body; without the system's own reading
   */
  policy?: string;
  /**
   * Days that a file is kept.
   * @default 30
   */
  maxAge?: number;
  /**
   * Number of files that are kept.
   * @default 10
   */
  maxBackups?: number;
  /**
   * Megabytes after which a new file is begun.
   * @default 100
   */
  maxSize?: number;
}

/** An OpenID Connect provider whose users may log in. */
export interface OidcOptions {
  /** The provider's address, `https://…`, as in the `iss` claim of its tokens. */
  issuerUrl: string;
  /** The client that tokens have to be meant for (`aud`). */
  clientId: string;
  /**
   * The claim with the user's name.
   * @default "sub"
   */
  usernameClaim?: string;
  /**
   * What is put before a user's name, so that none can pass for a user of the cluster itself.
   * @default "oidc:"
   */
  usernamePrefix?: string;
  /**
   * The claim with the user's groups.
   * @default none
   */
  groupsClaim?: string;
  /**
   * What is put before a group's name.
   * @default "oidc:"
   */
  groupsPrefix?: string;
  /**
   * Claims that a token must have with these very values.
   * @default none
   */
  requiredClaims?: { [claim: string]: string };
  /**
   * The CA of the provider's certificate, in PEM.
   * @default the system's CAs
   */
  caCertificate?: string;
}

/** What Pod Security admission does in a namespace that has no labels of its own; kube-system is exempt. */
export interface PodSecurityOptions {
  /**
   * What is not allowed by this level is refused.
   * @default PodSecurityLevel.Privileged
   */
  enforce?: PodSecurityLevel;
  /**
   * What is not allowed by this level is marked in the audit log.
   * @default PodSecurityLevel.Baseline
   */
  audit?: PodSecurityLevel;
  /**
   * What is not allowed by this level is answered with a warning.
   * @default PodSecurityLevel.Baseline
   */
  warn?: PodSecurityLevel;
  /**
   * Further namespaces that are exempt.
   * @default none
   */
  exemptNamespaces?: string[];
}

/**
 * How the control plane is hardened. The defaults are safe, and none of them keeps an ordinary workload from running.
 */
export interface SecurityOptions {
  /** Encryption of Secrets in etcd. */
  encryption?: EncryptionOptions;
  /** The audit log. */
  audit?: AuditOptions;
  /**
   * A provider of users.
   * @default none
   */
  oidc?: OidcOptions;
  /** Pod Security admission. */
  podSecurity?: PodSecurityOptions;
  /**
   * Paths apart from `/livez`, `/readyz` and `/healthz` that may be asked for without a name.
   * @default none
   */
  anonymousPaths?: string[];
  /**
   * The lowest TLS version that servers speak.
   * @default TlsVersion.Tls12
   */
  tlsMinVersion?: TlsVersion;
  /**
   * Whether the cluster's CA signs the certificates of kubelets, and API servers insist on it. Requests are approved on
   * the control planes, for machines of this cluster and their own addresses alone.
   * @default true
   */
  kubeletServingCertificates?: boolean;
}
