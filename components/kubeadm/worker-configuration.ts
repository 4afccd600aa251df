import type { Node } from "../machine/node";
import type { Taint } from "../machine/worker-pool";
import { apiPort } from "../values/ports";
import { remembered } from "../values/remembered";
import { kubeletConfiguration, networking } from "./cluster-configuration";
import { discoveryKubeconfig, documents, joined, nodeRegistration, timeouts } from "./configuration";
import type { ControlPlaneOptions } from "./options";
import { patchesDirectory, patchFiles } from "./patches";

/** The label by which a pool's workers are known. */
export const poolLabel = "kubeadm-ha/pool";

/** A worker, and what its pool has it be. */
export interface WorkerNode {
  /** The machine. */
  node: Node;
  /** The pool's name. */
  pool: string;
  /** The pool's taints. */
  taints: Taint[];
}

/** What `kubeadm join` reads on a worker. Taints are there from the first moment, so that no pod slips in. */
export function workerConfiguration(worker: WorkerNode, options: ControlPlaneOptions): string {
  return documents({
    apiVersion: "kubeadm.k8s.io/v1beta4",
    kind: "JoinConfiguration",
    discovery: { file: { kubeConfigPath: discoveryKubeconfig } },
    nodeRegistration: { ...nodeRegistration(labelled(worker), options), taints: worker.taints },
    patches: options.patches?.length ? { directory: patchesDirectory } : undefined,
    timeouts,
  });
}

/**
 * What the roll-out of a worker reads: as far as it concerns a kubelet what `kubeadm init` would, and nothing else of
 * the cluster. Taints are among what a Node is registered with.
 */
export function workerKubeadm(node: Node, endpoint: string, options: ControlPlaneOptions): string {
  const own = documents(
    {
      apiVersion: "kubeadm.k8s.io/v1beta4",
      kind: "InitConfiguration",
      localAPIEndpoint: { advertiseAddress: node.address, bindPort: apiPort },
      nodeRegistration: { ...nodeRegistration(node, options), taints: [] },
      patches: options.patches?.length ? { directory: patchesDirectory } : undefined,
    },
    {
      apiVersion: "kubeadm.k8s.io/v1beta4",
      kind: "ClusterConfiguration",
      kubernetesVersion: `v${options.kubernetesVersion}`,
      controlPlaneEndpoint: endpoint,
      imageRepository: options.imageRepository,
      networking: networking(options),
    },
  );
  return joined(own, kubeletPart(options));
}

/** The same for all workers, and most of what they read. */
const kubeletPart = remembered((options: ControlPlaneOptions) => documents(kubeletConfiguration(options)));

/** The patches of a worker: of its kubelet's configuration, and none of a control plane's. */
export function workerPatches({ patches = [] }: ControlPlaneOptions): Record<string, string> {
  return patchFiles(patches.filter(({ target }) => target === "kubeletconfiguration"));
}

function labelled({ node, pool }: WorkerNode): Node {
  return { ...node, labels: { ...node.labels, [poolLabel]: pool } };
}
