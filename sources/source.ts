import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type KubeadmClusterArgs, type MachineArgs, TaintEffect } from "../components";
import { type MachineLists, placedMachines } from "../components/machine/machine-lists";
import type { Problem } from "../components/values/problems";

const text = z.string();

/** The lists that every source of machines has, of whatever describes one machine there. */
export const lists = <Machine extends z.ZodType>(machine: Machine) => ({
  controlPlanes: z.array(machine),
  loadBalancers: z.array(machine).default([]),
  etcd: z.array(machine).default([]),
  workerPools: z
    .array(
      z.strictObject({
        name: text,
        labels: z.record(text, text).optional(),
        taints: z.array(z.strictObject({ key: text, value: text.optional(), effect: z.enum(TaintEffect) })).optional(),
        machines: z.array(machine),
      }),
    )
    .default([]),
});

/** What the cluster's Node is told of its machine. */
export const nodeFields = {
  labels: z.record(text, text).optional(),
  zone: text.optional(),
  region: text.optional(),
  providerId: text.optional(),
  dnsNames: z.array(text).optional(),
};

/** The options of the cluster, as configured. */
type ClusterOptions = Omit<
  KubeadmClusterArgs,
  "controlPlanes" | "loadBalancers" | "etcdMachines" | "workerPools" | "authorities"
>;

/** What a source may want to know of the configuration beside its machines. */
export interface AroundMachines {
  /** The key `cluster`. */
  cluster: ClusterOptions;
  /** The key that machines accept. */
  sshPrivateKey?: string;
  /** The key that a bastion accepts, if it is another one. */
  sshProxyPrivateKey?: string;
  /** The region of the AWS provider, where one is set. */
  region?: string;
}

type Roles = Pick<KubeadmClusterArgs, "controlPlanes" | "loadBalancers" | "etcdMachines" | "workerPools">;

/** What a source hands over: the machines by role, and what they ask of the cluster on them. */
export type SourcedMachines = Roles & {
  /** What holds where the configuration says nothing else. */
  defaults: Partial<KubeadmClusterArgs>;
  /** How one logs in at a bastion that was made for them, as `user@host`. */
  bastion?: pulumi.Output<string>;
};

/** Where machines come from. Each is a folder beside this file, with schema.ts, checks.ts and source.ts. */
export interface MachineSource<Config> {
  /** The schema of the key `machines`. */
  schema: z.ZodType<Config>;
  /** What no schema sees. Pure. */
  checks(machines: Config, around: AroundMachines): Problem[];
  /** Whether these machines bring an endpoint with them, known once they are made. */
  bringsEndpoint?(machines: Config): boolean;
  /** Makes or finds the machines. `stack` is the name of what is made. */
  machines(stack: string, machines: Config, around: AroundMachines): SourcedMachines;
}

/** The paths of a configuration. */
export const configPaths = { machines: "machines.", options: "cluster." };

/** Every machine as its source describes it, with its path. */
export const placed = <Machine>(all: MachineLists<Machine>): (Machine & { path: string })[] =>
  placedMachines(all, configPaths.machines);

/** The machines by role: each list of the configuration as `made` turns it into machines. */
export function byRole<Machine>(all: MachineLists<Machine>, made: (list: Machine[]) => MachineArgs[]): Roles {
  return {
    controlPlanes: made(all.controlPlanes),
    loadBalancers: made(all.loadBalancers),
    etcdMachines: made(all.etcd),
    workerPools: all.workerPools.map((pool) => ({ ...pool, machines: made(pool.machines) })),
  };
}

/** Those of some machines that a list names, in its order. */
export function named(machines: MachineArgs[]): (list: { name: string }[]) => MachineArgs[] {
  return (list) => list.flatMap(({ name }) => machines.filter((machine) => machine.name === name));
}
