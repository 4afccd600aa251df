import { expect, test } from "vitest";
import { parse } from "yaml";
import { apiServerFlags, apiServerVolumes, etcdFlags, securityFiles } from "../../components/kubeadm/security";
import { PodSecurityLevel, type SecurityOptions, TlsVersion } from "../../components/kubeadm/security-options";
import { checkConfig } from "../../config";
import { labConfig } from "../support/fixtures";

const keys = { "key-1": "S0VZMQ==", "key-2": "S0VZMg==" };
const everything: SecurityOptions = {
  encryption: { keys: ["key-2", "key-1", "identity"] },
  audit: { policy: "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{ level: Request }]\n", maxAge: 7 },
  oidc: {
    issuerUrl: "https://login.example.com",
    clientId: "kubernetes",
    groupsClaim: "groups",
    requiredClaims: { hd: "example.com" },
  },
  podSecurity: { enforce: PodSecurityLevel.Restricted, exemptNamespaces: ["kube-flannel"] },
  anonymousPaths: ["/version"],
  tlsMinVersion: TlsVersion.Tls13,
  kubeletServingCertificates: false,
};

test("the files of API servers, with defaults and with everything", () => {
  expect(securityFiles(undefined, keys)).toMatchSnapshot();
  expect(securityFiles(everything, keys)).toMatchSnapshot();
});

test("every file that a flag names is there, and in a directory that is mounted", () => {
  for (const security of [undefined, everything]) {
    const files = Object.keys(securityFiles(security, keys)).map((name) => `/etc/kubernetes/security/${name}`);
    const flags = apiServerFlags(security);
    for (const flag of ["admission-control-config-file", "authentication-config", "encryption-provider-config"])
      expect(files).toContain(flags[flag]);
    expect(files).toContain(flags["audit-policy-file"]);
    expect(apiServerVolumes(security)).toHaveLength(2);
  }
});

test("without an audit log there is no flag, no file and no volume of it", () => {
  const security = { audit: { enabled: false } };
  expect(JSON.stringify([apiServerFlags(security), apiServerVolumes(security)])).not.toContain("audit");
  expect(Object.keys(securityFiles(security, keys)).filter((name) => name.startsWith("audit"))).toEqual([]);
});

test("changed content is another file, and so a changed flag", () => {
  const flag = (security: SecurityOptions) => apiServerFlags(security)["authentication-config"];
  expect(flag({ anonymousPaths: ["/version"] })).not.toBe(flag({}));
  expect(flag({ tlsMinVersion: TlsVersion.Tls13 })).toBe(flag({}));
});

test("a new key is read by everybody before anybody writes with it", () => {
  const order = (file: string) =>
    parse(securityFiles(everything, keys)[file]).resources[0].providers.map(
      (provider: { secretbox?: { keys: { name: string }[] } }) => provider.secretbox?.keys[0].name ?? "identity",
    );
  expect(order("encryption.yaml")).toEqual(["key-2", "key-1", "identity"]);
  expect(order("encryption-before.yaml")).toEqual(["key-1", "key-2", "identity"]);
  expect(securityFiles({}, keys)).not.toHaveProperty("encryption-before.yaml");
});

test("what YAML 1.1 would read as something else than a text is quoted, for so Kubernetes reads it", () => {
  const oidc = { issuerUrl: "https://a.test", clientId: "on", requiredClaims: { yes: "no" } };
  const security = { oidc, podSecurity: { exemptNamespaces: ["off"] }, encryption: { keys: ["y"] } };
  const text = Object.values(securityFiles(security, { y: "KEY" })).join("");
  expect(text).toMatch(/audiences:\n +- "on"\n/);
  expect(text).toMatch(/claim: "yes"\n +requiredValue: "no"\n/);
  expect(text).toMatch(/- kube-system\n +- "off"\n/);
  expect(text).toMatch(/- name: "y"\n/);
});

test("etcd gets no choice of suites where TLS 1.3 leaves none", () => {
  expect(etcdFlags({ tlsMinVersion: TlsVersion.Tls13 })).toEqual({ "tls-min-version": "TLS1.3" });
});

test.each([
  [
    { security: { encryption: { keys: ["Key_1", "a", "a"] } } },
    `the configuration has 2 problems; nothing was touched:
  cluster.security.encryption.keys[0]: "Key_1" is not a valid key name; allowed: lowercase letters, digits and inner hyphens
  cluster.security.encryption.keys[2]: "a" is there twice`,
  ],
  [
    { security: { encryption: { keys: [] } } },
    `the configuration has 1 problem; nothing was touched:
  cluster.security.encryption.keys: no key; expected: the name of one at least, or "identity" alone for no encryption`,
  ],
  [
    { security: { audit: { policy: "kind: Policy" }, anonymousPaths: ["healthz"] } },
    `the configuration has 2 problems; nothing was touched:
  cluster.security.anonymousPaths[0]: "healthz" is not a path; it begins with a slash, and only that very path is meant
  cluster.security.audit.policy: is not a valid audit policy; expected: YAML with apiVersion audit.k8s.io/v1, kind Policy and at least one rule`,
  ],
  [
    { security: { oidc: { issuerUrl: "http://login", clientId: "a" } } },
    `the configuration has 1 problem; nothing was touched:
  cluster.security.oidc.issuerUrl: "http://login" is not a valid issuer; expected: https://…, without user, query and fragment`,
  ],
  [
    { security: { tlsMinVersion: "TLS1.1" } },
    `the configuration has 1 problem; nothing was touched:
  cluster.security.tlsMinVersion: "TLS1.1" is not allowed; allowed: TLS1.2, TLS1.3`,
  ],
  [
    {
      apiServer: { extraArgs: { "anonymous-auth": "false", "oidc-client-id": "a" } },
      kubelet: { serverTLSBootstrap: false },
    },
    `the configuration has 3 problems; nothing was touched:
  cluster.apiServer.extraArgs.anonymous-auth: use security.anonymousPaths
  cluster.apiServer.extraArgs.oidc-client-id: use security.oidc
  cluster.kubelet.serverTLSBootstrap: use security.kubeletServingCertificates`,
  ],
])("%j is refused", (cluster, message) => {
  expect(() => checkConfig({ ...labConfig, cluster: { ...labConfig.cluster, ...cluster } })).toThrow(
    expect.objectContaining({ message }),
  );
});
