import * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "../machine/machine";
import { nodeOf } from "../machine/node";
import type { WorkerPool } from "../machine/worker-pool";
import { onAny } from "../remote/on-any";
import { inside } from "../remote/step";
import { fingerprint } from "../values/fingerprint";
import { below } from "../values/shell-words";
import { controlPlaneTaint, nodeManifest } from "./node";

/** The arguments of {@link Roster}. */
export interface RosterArgs {
  /** The control planes; whichever is alive does the work. */
  controlPlanes: MachineArgs[];
  /** All pools of workers. */
  pools: WorkerPool[];
  /** Whether ordinary pods may run on control planes. */
  schedulable: boolean;
}

/** Seconds that the drain of one node may take. */
const drainLimit = 300;

/** Seconds for the whole, a backstop: who leaves is for the cluster to know, and each one's drain has its own limit. */
const deadline = 4 * 3600;

/**
 * Who belongs to the cluster: labels, taints and provider IDs of the Nodes in the lists, and the Nodes of workers that
 * are in none any more, which are drained and deleted. It is done after whoever joins has joined, so that what leaves a
 * node has a place to go, and before any machine goes.
 */
export class Roster extends pulumi.ComponentResource {
  constructor(name: string, args: RosterArgs, opts?: pulumi.ComponentResourceOptions) {
    const { controlPlanes, pools, schedulable } = args;
    const members = pools.map(({ name, labels = {}, taints = [], machines }) => ({
      name,
      labels,
      taints,
      machines: machines.map((machine) => machine.name),
    }));
    super(
      "kubeadm-ha:index:Roster",
      name,
      { controlPlanes: controlPlanes.map((machine) => machine.name), pools: members },
      opts,
    );
    const workers = members.flatMap(({ machines }) => machines);
    const files = rosterFiles(controlPlanes, pools, schedulable);
    onAny(
      `${name}-settle`,
      {
        machines: controlPlanes,
        script: "roster/roster.sh",
        args: [workers.join(","), `${drainLimit}`],
        input: files,
        deadline,
        replaceOn: [files.apply((all) => fingerprint(workers.join(","), ...Object.entries(all).flat()))],
      },
      inside(this, opts),
    );
    this.registerOutputs();
  }
}

/** The Nodes by role, text by path, and the provider IDs of those that have one. */
function rosterFiles(controlPlanes: MachineArgs[], pools: WorkerPool[], schedulable: boolean) {
  const nodes = (machines: MachineArgs[]) => pulumi.all(machines.map(nodeOf));
  return pulumi
    .all([nodes(controlPlanes), pulumi.all(pools.map((pool) => nodes(pool.machines)))])
    .apply(([leaders, workers]): Record<string, string> => {
      const taints = schedulable ? [] : [controlPlaneTaint];
      const manifests = workers.flatMap((list, i) => {
        const { name: pool, labels, taints = [] } = pools[i];
        return list.map((node) => [`${node.name}.yaml`, nodeManifest({ node, pool, labels, taints })]);
      });
      const ids = [...leaders, ...workers.flat()].flatMap(({ name, providerId }) =>
        providerId === undefined ? [] : [`${name} ${providerId}\n`],
      );
      return {
        ...below(
          "control-planes",
          Object.fromEntries(leaders.map((node) => [`${node.name}.yaml`, nodeManifest({ node, taints })])),
        ),
        ...below("workers", Object.fromEntries(manifests)),
        "provider-ids": ids.join(""),
      };
    });
}
