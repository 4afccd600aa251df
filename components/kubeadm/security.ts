import { stringify } from "yaml";
import { fingerprint } from "../values/fingerprint";
import { auditPolicy } from "./audit-policy";
import { type ExtraVolume, HostPathType } from "./options";
import { PodSecurityLevel, type SecurityOptions, TlsVersion } from "./security-options";

/** Where API servers find the files of this page; readable by root only. */
const securityDirectory = "/etc/kubernetes/security";
/** Where the audit log is. */
const auditDirectory = "/var/log/kubernetes/audit";
/** The reserved name of no encryption. */
export const identity = "identity";

/** TLS 1.2 with forward secrecy and authenticated encryption; the suites of TLS 1.3 cannot be chosen. */
const cipherSuites = [
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
  "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];

/** The names of the encryption keys, the writing one first. */
export function encryptionKeys(security: SecurityOptions = {}): string[] {
  return security.encryption?.keys ?? ["key-1"];
}

/** Flags of kube-apiserver. */
export function apiServerFlags(security: SecurityOptions = {}): Record<string, string> {
  const audit = security.audit ?? {};
  const files = contentFiles(security);
  const path = (kind: string) => `${securityDirectory}/${files.find(({ name }) => name.startsWith(kind))?.name}`;
  return {
    "admission-control-config-file": path("admission"),
    "authentication-config": path("authentication"),
    "encryption-provider-config": `${securityDirectory}/encryption.yaml`,
    "encryption-provider-config-automatic-reload": "true",
    profiling: "false",
    "service-account-extend-token-expiration": "false",
    ...componentTls(security),
    ...(audit.enabled === false
      ? {}
      : {
          "audit-policy-file": path("audit-policy"),
          "audit-log-path": `${auditDirectory}/audit.log`,
          "audit-log-maxage": String(audit.maxAge ?? 30),
          "audit-log-maxbackup": String(audit.maxBackups ?? 10),
          "audit-log-maxsize": String(audit.maxSize ?? 100),
        }),
    ...(kubeletsSigned(security) ? { "kubelet-certificate-authority": "/etc/kubernetes/pki/ca.crt" } : {}),
  };
}

/** Flags of kube-controller-manager and kube-scheduler. */
export function componentFlags(security: SecurityOptions = {}): Record<string, string> {
  return { profiling: "false", ...componentTls(security) };
}

/** Flags of etcd, which has names of its own for the same. */
export function etcdFlags({ tlsMinVersion = TlsVersion.Tls12 }: SecurityOptions = {}): Record<string, string> {
  // etcd refuses to start with a choice of suites where there is nothing to choose.
  const version = { "tls-min-version": tlsMinVersion };
  return tlsMinVersion === TlsVersion.Tls12 ? { ...version, "cipher-suites": cipherSuites.join(",") } : version;
}

/** Fields of the KubeletConfiguration. */
export function kubeletFields(security: SecurityOptions = {}): object {
  const { tlsMinVersion = TlsVersion.Tls12 } = security;
  return {
    serverTLSBootstrap: kubeletsSigned(security),
    tlsMinVersion: goName(tlsMinVersion),
    tlsCipherSuites: tlsMinVersion === TlsVersion.Tls12 ? cipherSuites : undefined,
  };
}

/** What kubeadm mounts into the API server. */
export function apiServerVolumes({ audit }: SecurityOptions = {}): ExtraVolume[] {
  const volume = (name: string, path: string, readOnly: boolean) => ({
    name,
    hostPath: path,
    mountPath: path,
    readOnly,
    pathType: HostPathType.DirectoryOrCreate,
  });
  return [
    volume("security", securityDirectory, true),
    ...(audit?.enabled === false ? [] : [volume("audit", auditDirectory, false)]),
  ];
}

/**
 * The files of {@link securityDirectory}, text by name; `keys` are 32 bytes in base64, by name.
 *
 * API servers notice a new encryption.yaml by themselves. Every other name has its content's fingerprint: changed
 * content is a changed flag, by which the API server starts again, and the former file is there to go back to.
 */
export function securityFiles(
  security: SecurityOptions | undefined,
  keys: Record<string, string>,
): Record<string, string> {
  const [first, second, ...rest] = encryptionKeys(security);
  return {
    ...Object.fromEntries(contentFiles(security ?? {}).map(({ name, text }) => [name, text])),
    "encryption.yaml": encryption([first, ...(second ? [second] : []), ...rest], keys),
    // On the way there: every API server has to read a key before the first of them writes with it.
    ...(second ? { "encryption-before.yaml": encryption([second, first, ...rest], keys) } : {}),
  };
}

/** One provider for each key, so that `identity` can stand anywhere among them. */
function encryption(names: string[], keys: Record<string, string>): string {
  return yaml({
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "EncryptionConfiguration",
    resources: [
      {
        resources: ["secrets"],
        providers: names.map((name) =>
          name === identity ? { identity: {} } : { secretbox: { keys: [{ name, secret: keys[name] }] } },
        ),
      },
    ],
  });
}

function contentFiles(security: SecurityOptions): { name: string; text: string }[] {
  const file = (kind: string, text: string) => ({ name: `${kind}-${fingerprint(text)}.yaml`, text });
  return [
    file("admission", admission(security)),
    file("authentication", authentication(security)),
    ...(security.audit?.enabled === false ? [] : [file("audit-policy", security.audit?.policy ?? auditPolicy())]),
  ];
}

/** https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-admission-controller/ */
function admission({ podSecurity = {} }: SecurityOptions): string {
  const level = (mode: "enforce" | "audit" | "warn", usual: PodSecurityLevel) => ({
    [mode]: podSecurity[mode] ?? usual,
    [`${mode}-version`]: "latest",
  });
  return yaml({
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AdmissionConfiguration",
    plugins: [
      {
        name: "PodSecurity",
        configuration: {
          apiVersion: "pod-security.admission.config.k8s.io/v1",
          kind: "PodSecurityConfiguration",
          defaults: {
            ...level("enforce", PodSecurityLevel.Privileged),
            ...level("audit", PodSecurityLevel.Baseline),
            ...level("warn", PodSecurityLevel.Baseline),
          },
          exemptions: { namespaces: ["kube-system", ...(podSecurity.exemptNamespaces ?? [])] },
        },
      },
    ],
  });
}

/**
 * Who may ask without a name, and for what; users of an OpenID Connect provider.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#using-authentication-configuration
 */
function authentication({ anonymousPaths = [], oidc }: SecurityOptions): string {
  const paths = ["/livez", "/readyz", "/healthz", ...anonymousPaths];
  return yaml({
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AuthenticationConfiguration",
    anonymous: { enabled: true, conditions: paths.map((path) => ({ path })) },
    jwt: oidc && [
      {
        issuer: { url: oidc.issuerUrl, audiences: [oidc.clientId], certificateAuthority: oidc.caCertificate },
        claimValidationRules: Object.entries(oidc.requiredClaims ?? {}).map(([claim, requiredValue]) => ({
          claim,
          requiredValue,
        })),
        claimMappings: {
          username: { claim: oidc.usernameClaim ?? "sub", prefix: oidc.usernamePrefix ?? "oidc:" },
          groups: oidc.groupsClaim ? { claim: oidc.groupsClaim, prefix: oidc.groupsPrefix ?? "oidc:" } : undefined,
        },
      },
    ],
  });
}

/** Of YAML 1.1, as Kubernetes reads it: a claim's value or a key's name may be `yes`. */
function yaml(value: object): string {
  return stringify(value, { version: "1.1", lineWidth: 0 });
}

function componentTls({ tlsMinVersion = TlsVersion.Tls12 }: SecurityOptions): Record<string, string> {
  const version = { "tls-min-version": goName(tlsMinVersion) };
  return tlsMinVersion === TlsVersion.Tls12 ? { ...version, "tls-cipher-suites": cipherSuites.join(",") } : version;
}

function kubeletsSigned({ kubeletServingCertificates = true }: SecurityOptions): boolean {
  return kubeletServingCertificates;
}

/** `VersionTLS12`, as Go's programs have it. */
function goName(version: TlsVersion): string {
  return `Version${version.replace(".", "")}`;
}
