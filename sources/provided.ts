import type * as pulumi from "@pulumi/pulumi";
import type { KubeadmClusterArgs, MachineArgs } from "../components";
import type { MachineLists } from "../config/machines";

type Roles = Pick<KubeadmClusterArgs, "controlPlanes" | "loadBalancers" | "etcdMachines" | "workerPools">;

/** What every source of machines hands over: the machines by role, and what they ask of the cluster on them. */
export type Provided = Roles & {
  /** Settings under those of the configuration. */
  defaults: Partial<KubeadmClusterArgs>;
  /** How one logs in at a bastion that was made for them, as `user@host`. */
  bastion?: pulumi.Output<string>;
};

/** The machines by role: each list of the configuration as `made` turns it into machines. */
export function byRole<Machine>(lists: MachineLists<Machine>, made: (list: Machine[]) => MachineArgs[]): Roles {
  return {
    controlPlanes: made(lists.controlPlanes),
    loadBalancers: made(lists.loadBalancers),
    etcdMachines: made(lists.etcd),
    workerPools: lists.workerPools.map((pool) => ({ ...pool, machines: made(pool.machines) })),
  };
}

/** Those of some machines that a list names, in its order. */
export function named(machines: MachineArgs[]): (list: { name: string }[]) => MachineArgs[] {
  return (list) => list.flatMap(({ name }) => machines.filter((machine) => machine.name === name));
}
