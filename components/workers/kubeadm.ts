import { stringify } from "yaml";
import { kubeletConfiguration } from "../control-plane/cluster-configuration";
import { discoveryKubeconfig, documents, type Node, nodeRegistration, timeouts } from "../control-plane/kubeadm";
import type { ControlPlaneOptions } from "../control-plane/options";
import { patchesDirectory } from "../control-plane/patches";
import type { Taint } from "./options";

/** The label by which a pool's workers are known. */
export const poolLabel = "kubeadm-ha/pool";

/** What `kubeadm join` reads on a worker. Taints are there from the first moment, so that no pod slips in. */
export function workerConfiguration(node: Node, pool: string, taints: Taint[], options: ControlPlaneOptions): string {
  const labelled = { ...node, labels: { ...node.labels, [poolLabel]: pool } };
  return documents({
    apiVersion: "kubeadm.k8s.io/v1beta4",
    kind: "JoinConfiguration",
    discovery: { file: { kubeConfigPath: discoveryKubeconfig } },
    nodeRegistration: { ...nodeRegistration(labelled, options), taints },
    patches: options.patches?.length ? { directory: patchesDirectory } : undefined,
    timeouts,
  });
}

/** What is configured of a worker's kubelet, before patches. */
export function workerKubelet(options: ControlPlaneOptions): string {
  return documents(kubeletConfiguration(options));
}

/** The Node of a worker as far as its pool has a say in it; taints are a note, for the list is not ours alone. */
export function workerNode(name: string, pool: string, labels: Record<string, string>, taints: Taint[]): string {
  const list = taints.map(({ key, value = "", effect }) => `${key}=${value}:${effect}`).sort();
  return stringify(
    {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name,
        labels: { ...labels, [poolLabel]: pool },
        annotations: { "kubeadm-ha/taints": list.join(",") },
      },
    },
    { lineWidth: 0, defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" },
  );
}
