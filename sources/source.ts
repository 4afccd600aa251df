import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { KubeadmClusterArgs, MachineArgs } from "../components";
import type { MachineLists } from "../components/machine/machine-lists";
import type { Problem } from "../components/values/problems";
import type { SshKeys } from "./ssh";

/** Where machines come from. Each source is a folder next to this file, with schema.ts, checks.ts and source.ts. */
export interface MachineSource<Schema extends z.ZodType> {
  /** The schema of the key `machines`; `source` in it is a literal, the name of the source. */
  schema: Schema;
  /** What no schema sees. Pure. */
  checks(machines: z.infer<Schema>, around: AroundMachines): Problem[];
  /**
   * Whether these machines bring an endpoint with them, known once they are made.
   * @default they never do
   */
  bringsEndpoint?(machines: z.infer<Schema>): boolean;
  /** Makes or finds the machines. `stack` is the name of what is made. */
  machines(stack: string, machines: z.infer<Schema>, around: AroundMachines): SourcedMachines;
}

/** The roles of machines in a cluster. */
type Roles = Pick<KubeadmClusterArgs, "controlPlanes" | "loadBalancers" | "etcdMachines" | "workerPools">;

/** What a source may want to know of the configuration besides its machines. */
export interface AroundMachines extends SshKeys {
  /** The key `cluster`. */
  cluster: Omit<KubeadmClusterArgs, keyof Roles | "authorities">;
  /** The configuration of Pulumi's providers, such as `aws:region`. */
  providers: { [key: string]: string };
}

/** What a source hands over: the machines by role, and what they ask of the cluster on them. */
export type SourcedMachines = Roles & {
  /** What holds where the configuration says nothing else. */
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
