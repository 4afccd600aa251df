import type { Problem } from "../../values/problems";
import type { ClusterPlan, Paths } from "./plan";

const other = "is what makes it a part of this cluster; leave it out";
const kubeconfigs = { kubeconfig: other, "authentication-kubeconfig": other, "authorization-kubeconfig": other };
const port = "is where kubeadm and the roll-out look whether it is healthy; leave it out";

/**
 * Flags that something else has: another option, or a file or an address that kubeadm sets for each machine. With
 * another value a component does not start, or is no part of this cluster.
 */
const owned = {
  apiServer: {
    "advertise-address": "is the address of each machine; leave it out",
    "client-ca-file": other,
    "etcd-cafile": other,
    "etcd-certfile": other,
    "etcd-keyfile": other,
    "etcd-servers": other,
    "kubelet-client-certificate": other,
    "kubelet-client-key": other,
    "proxy-client-cert-file": other,
    "proxy-client-key-file": other,
    "requestheader-client-ca-file": other,
    "secure-port": "is the port that load balancers lead to; leave it out",
    "service-account-key-file": other,
    "service-account-signing-key-file": other,
    "service-cluster-ip-range": "use serviceCidr",
    "tls-cert-file": other,
    "tls-private-key-file": other,
  },
  controllerManager: {
    ...kubeconfigs,
    "client-ca-file": other,
    "cluster-cidr": "use podCidr",
    "cluster-signing-cert-file": other,
    "cluster-signing-key-file": other,
    "requestheader-client-ca-file": other,
    "root-ca-file": other,
    "secure-port": port,
    "service-account-private-key-file": other,
    "service-cluster-ip-range": "use serviceCidr",
  },
  scheduler: { ...kubeconfigs, "secure-port": port },
  etcd: {},
};

/** Where a component may listen: the flag is the same on every machine, so it is no address of one. */
const listening: Record<string, string[]> = {
  apiServer: ["0.0.0.0", "::"],
  // The roll-out asks there.
  controllerManager: ["127.0.0.1", "0.0.0.0", "::"],
  scheduler: ["127.0.0.1", "0.0.0.0", "::"],
};

/** Names and values of flags; those that belong to options of `security` or of etcd are judged with these. */
export function flagProblems({ options }: ClusterPlan, paths: Paths): Problem[] {
  return (["apiServer", "controllerManager", "scheduler", "etcd"] as const).flatMap((component) => {
    const mine: Record<string, string> = owned[component];
    return Object.entries(options[component]?.extraArgs ?? {}).flatMap(([flag, value]) =>
      [
        /^[a-z][a-z0-9-]*$/.test(flag) || `"${flag}" is not a flag name; write it without the leading dashes`,
        flag !== "feature-gates" || "feature gates are the same for every component; use featureGates",
        !/^leader-elect-(lease-duration|renew-deadline|retry-period)$/.test(flag) || "use leaderElection",
        flag !== "leader-elect" ||
          value === "true" ||
          `"${value}" would have all of them work at once, one on each control plane; leave it out`,
        flag !== "bind-address" ||
          (listening[component]?.includes(value) ?? true) ||
          `"${value}" is not where all of them can be reached; allowed: ${listening[component]?.join(", ")}`,
        mine[flag] === undefined || mine[flag],
        !/\p{Cc}/u.test(value) || "has a line break or another control character in it; expected: one line of text",
      ].flatMap((message) =>
        typeof message === "string" ? [{ path: `${paths.options}${component}.extraArgs.${flag}`, message }] : [],
      ),
    );
  });
}
