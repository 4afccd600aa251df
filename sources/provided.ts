import type { KubeadmClusterArgs } from "../components";

/** What every source of machines hands over: the machines by role, and what they ask of the cluster on them. */
export type Provided = Pick<KubeadmClusterArgs, "controlPlanes" | "loadBalancers" | "etcdMachines" | "workerPools"> & {
  /** Settings under those of the configuration. */
  defaults: Partial<KubeadmClusterArgs>;
};
