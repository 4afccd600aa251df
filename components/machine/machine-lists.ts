import type { WorkerPool } from "./worker-pool";

/** The machines of a cluster by role, as whatever describes one of them. */
export interface MachineLists<Machine> {
  /** Control planes. */
  controlPlanes: Machine[];
  /** Machines with a load balancer. */
  loadBalancers: Machine[];
  /** Machines of an external etcd; none where etcd is stacked. */
  etcd: Machine[];
  /** Workers, in pools. */
  workerPools: (Omit<WorkerPool, "machines"> & { machines: Machine[] })[];
}

/**
 * Every machine with the path that messages name it by, in the order of the lists; `prefix` comes before their names.
 */
export function placedMachines<Machine>(lists: MachineLists<Machine>, prefix: string): (Machine & { path: string })[] {
  const placed = (machines: Machine[], list: string) =>
    machines.map((machine, i) => ({ ...machine, path: `${prefix}${list}[${i}]` }));
  return [
    ...placed(lists.controlPlanes, "controlPlanes"),
    ...placed(lists.loadBalancers, "loadBalancers"),
    ...placed(lists.etcd, "etcd"),
    ...lists.workerPools.flatMap((pool, i) => placed(pool.machines, `workerPools[${i}].machines`)),
  ];
}
