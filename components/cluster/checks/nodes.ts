import { poolLabel } from "../../kubeadm/worker-configuration";
import { placedMachines } from "../../machine/machine-lists";
import { isDnsName } from "../../values/addresses";
import type { Problem } from "../../values/problems";
import type { ClusterPlan, Paths } from "./plan";

/**
 * What a kubelet may say of its own Node:
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
 */
const own = [
  "kubernetes.io/hostname",
  "kubernetes.io/arch",
  "kubernetes.io/os",
  "node.kubernetes.io/instance-type",
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
];

/** What Nodes are told of their machines: a kubelet that is told anything else does not start. */
export function nodeProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  return placedMachines(plan, paths.machines).flatMap(({ path, labels, zone, region, providerId, dnsNames = [] }) => {
    const problems = labelProblems(labels ?? {}, `${path}.labels`);
    for (const [key, value] of Object.entries({ zone, region })) {
      if (value !== undefined && (value === "" || !isLabelValue(value)))
        problems.push({ path: `${path}.${key}`, message: `"${value}" is not a valid label value; ${labelValueRule}` });
    }
    if (providerId !== undefined && !/^[a-z0-9-]+:\/\/[^\s'"\\]+$/.test(providerId))
      problems.push({
        path: `${path}.providerId`,
        message: `"${providerId}" is not a provider ID; example: aws:///eu-central-1a/i-0123456789abcdef0`,
      });
    dnsNames.forEach((name, i) => {
      if (name !== undefined && !isDnsName(name))
        problems.push({
          path: `${path}.dnsNames[${i}]`,
          message: `"${name}" is not a DNS name in lowercase; example: ip-10-0-0-11.eu-central-1.compute.internal`,
        });
    });
    return problems;
  });
}

/** What is wrong with labels that a kubelet is to give its own Node. */
function labelProblems(labels: Record<string, string>, path: string): Problem[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const problems: Problem[] = [];
    const prefix = /^(.*)\//.exec(key)?.[1] ?? "";
    if (!isLabelKey(key))
      problems.push({ path: `${path}.${key}`, message: `"${key}" is not a valid label key; ${labelKeyRule}` });
    else if (
      /(^|\.)(kubernetes|k8s)\.io$/.test(prefix) &&
      !own.includes(key) &&
      !/(^|\.)(node|kubelet)\.kubernetes\.io$/.test(prefix)
    )
      problems.push({
        path: `${path}.${key}`,
        message:
          `a kubelet may not set "${key}"; allowed below kubernetes.io and k8s.io: ${own.join(", ")}, and what is ` +
          "below node.kubernetes.io and kubelet.kubernetes.io",
      });
    // A Node that has it is a worker, and leaves the cluster where it is in no pool.
    if (key === poolLabel)
      problems.push({ path: `${path}.${key}`, message: "is given to workers by their pool; leave it out" });
    if (!isLabelValue(value))
      problems.push({ path: `${path}.${key}`, message: `"${value}" is not a valid label value; ${labelValueRule}` });
    return problems;
  });
}

/** How the value of a label is written. */
export const labelValueRule = "allowed: letters, digits and inner ., _ and -, 63 at most";

/** Whether a text can be the value of a label, or of a taint. */
export function isLabelValue(value: string): boolean {
  return /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/.test(value);
}

/** How the key of a label is written. */
export const labelKeyRule = "examples: disk, example.com/disk";

/** Whether a text can be the key of a label, or of a taint. */
export function isLabelKey(text: string): boolean {
  const [, prefix, name = ""] = /^(?:(.*)\/)?([^/]*)$/.exec(text) ?? [];
  return /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/.test(name) && isDnsName(prefix ?? "x");
}
