import { parse } from "yaml";
import { encryptionKeys, identity } from "../../kubeadm/security";
import { isDnsLabel } from "../../values/addresses";
import { noCertificate, readCertificates } from "../../values/certificates";
import type { Problem } from "../../values/problems";
import type { ClusterPlan, Paths } from "./plan";

/**
 * Flags that belong to an option of `security`: given twice, the API server would not start, or not mean what it says.
 */
const owned: Record<string, string> = {
  "anonymous-auth": "anonymousPaths",
  "authentication-config": "oidc",
  "admission-control-config-file": "podSecurity",
  "audit-policy-file": "audit.policy",
  "encryption-provider-config": "encryption.keys",
  "encryption-provider-config-automatic-reload": "encryption.keys",
  "kubelet-certificate-authority": "kubeletServingCertificates",
  "tls-min-version": "tlsMinVersion",
};

/** How the control plane is hardened. */
export function securityProblems({ options }: ClusterPlan, paths: Paths): Problem[] {
  const problems: Problem[] = [];
  const at = (name: string) => `${paths.options}${name}`;
  const check = (ok: boolean, path: string, message: string) => {
    if (!ok) problems.push({ path: at(path), message });
  };
  const { security = {} } = options;
  const keys = encryptionKeys(security);
  check(
    keys.length > 0,
    "security.encryption.keys",
    `no key; expected: the name of one at least, or "${identity}" alone for no encryption`,
  );
  keys.forEach((key, i) => {
    const path = `security.encryption.keys[${i}]`;
    check(
      isDnsLabel(key),
      path,
      `"${key}" is not a valid key name; allowed: lowercase letters, digits and inner hyphens`,
    );
    check(keys.indexOf(key) === i, path, `"${key}" is there twice`);
  });
  check(
    isPolicy(security.audit?.policy),
    "security.audit.policy",
    "is not a valid audit policy; expected: YAML with apiVersion audit.k8s.io/v1, kind Policy and at least one rule",
  );
  const issuer = security.oidc?.issuerUrl;
  check(
    issuer === undefined || /^https:\/\/[^/?#]+[^?#]*$/.test(issuer),
    "security.oidc.issuerUrl",
    `"${issuer}" is not a valid issuer; expected: https://…, without query and fragment`,
  );
  const ca = security.oidc?.caCertificate;
  if (ca !== undefined) check(readCertificates(ca) !== undefined, "security.oidc.caCertificate", noCertificate(ca));
  security.anonymousPaths?.forEach((path, i) => {
    check(
      path.startsWith("/"),
      `security.anonymousPaths[${i}]`,
      `"${path}" is not a path; it begins with a slash, and only that very path is meant`,
    );
  });
  for (const flag of Object.keys(options.apiServer?.extraArgs ?? {})) {
    const option = flag.startsWith("oidc-") ? "oidc" : owned[flag];
    check(option === undefined, `apiServer.extraArgs.${flag}`, `use security.${option}`);
  }
  const set = options.kubelet ?? {};
  for (const [field, option] of [
    ["serverTLSBootstrap", "kubeletServingCertificates"],
    ["tlsMinVersion", "tlsMinVersion"],
  ]) {
    check(!(field in set), `kubelet.${field}`, `use security.${option}`);
  }
  return problems;
}

function isPolicy(text: string | undefined): boolean {
  if (text === undefined) return true;
  try {
    const { apiVersion, kind, rules } = parse(text);
    return apiVersion === "audit.k8s.io/v1" && kind === "Policy" && Array.isArray(rules) && rules.length > 0;
  } catch {
    return false;
  }
}
