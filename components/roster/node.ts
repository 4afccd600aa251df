import { stringify } from "yaml";
import { machineLabels } from "../kubeadm/configuration";
import { poolLabel } from "../kubeadm/worker-configuration";
import type { Node } from "../machine/node";
import type { Taint } from "../machine/worker-pool";

/** What a Node is to be, as far as the lists have a say in it. */
export interface RosterNode {
  /** The machine. */
  node: Node;
  /**
   * The pool that it is in.
   * @default none: it is a control plane
   */
  pool?: string;
  /** Labels apart from the machine's own. */
  labels?: Record<string, string>;
  /** Its taints. */
  taints: Taint[];
}

/** The taint of a control plane that takes no ordinary pods. */
export const controlPlaneTaint: Taint = { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" };

/**
 * The Node for a server-side apply. Taints are a note, for the list is not ours alone; so are the keys of the labels,
 * for the kubelet is the owner of some, too, and an apply that leaves one out would not take it away.
 */
export function nodeManifest({ node, pool, labels, taints }: RosterNode): string {
  const all: Record<string, string> = {
    ...machineLabels(node),
    ...labels,
    ...(pool === undefined ? {} : { [poolLabel]: pool }),
  };
  const list = taints.map(({ key, value = "", effect }) => `${key}=${value}:${effect}`).sort();
  return stringify(
    {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name: node.name,
        labels: all,
        annotations: {
          "kubeadm-ha/taints": list.join(","),
          "kubeadm-ha/labels": Object.keys(all).sort().join(","),
        },
      },
    },
    { version: "1.1", lineWidth: 0, defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" },
  );
}

/** A machine as the approver of serving certificates reads it: name, addresses, and other names as `DNS:name`. */
export function admissionLine(name: string, addresses: string[], dnsNames: string[]): string {
  // An instance of a VPC that gives no DNS names has an empty one.
  const others = dnsNames.filter((other) => other !== "").map((other) => `DNS:${other}`);
  return `${[name, ...new Set([...addresses, ...others])].join(" ")}\n`;
}
