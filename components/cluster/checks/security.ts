import { encryptionKeys, identity } from "../../kubeadm/security";
import { isDnsLabel } from "../../values/addresses";
import type { Problem } from "../../values/problems";
import { policyProblem } from "./audit-policy";
import { oidcChecks } from "./oidc";
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
  const problem = security.audit?.policy === undefined ? undefined : policyProblem(security.audit.policy);
  check(problem === undefined, "security.audit.policy", problem ?? "");
  if (security.oidc) oidcChecks(security.oidc, options, check);
  const exempt = security.podSecurity?.exemptNamespaces ?? [];
  exempt.forEach((namespace, i) => {
    const path = `security.podSecurity.exemptNamespaces[${i}]`;
    check(isDnsLabel(namespace), path, `"${namespace}" is not the name of a namespace; example: ingress-nginx`);
    check(
      namespace !== "kube-system" && exempt.indexOf(namespace) === i,
      path,
      `"${namespace}" is ${namespace === "kube-system" ? "exempt anyway" : "there twice"}; take it out`,
    );
  });
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
