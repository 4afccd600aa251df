import * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "../machine/machine";
import { nodeOf } from "../machine/node";
import type { WorkerPool } from "../machine/worker-pool";
import { hereStep } from "../remote/here";
import { onAny } from "../remote/on-any";
import { type ReachedStep, reach } from "../remote/reach";
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
  /** How a control plane leaves the cluster. */
  leave: ReachedStep;
}

/** Seconds that the drain of one node may take. */
const drainLimit = 300;

/** Seconds for the whole, a backstop: who leaves is for the cluster to know, and each one's drain has its own limit. */
const deadline = 4 * 3600;

/**
 * Who belongs to the cluster: labels, taints and provider IDs of the Nodes in the lists, and nobody who is in none any
 * more: control planes leave, first those that can do it themselves; workers are drained, and their Nodes deleted. It
 * is done after whoever joins has joined, so that what leaves a node has a place to go, and before any machine goes.
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
    const departed = departures(name, args, inside(this, opts));
    onAny(
      `${name}-settle`,
      {
        machines: controlPlanes,
        script: "roster/roster.sh",
        args: [workers.join(","), `${drainLimit}`],
        input: pulumi
          .all([files, args.leave.input])
          .apply(([files, leave]) => ({ ...files, ...only(leave ?? {}, "etcd-data-dir") })),
        deadline,
        replaceOn: [files.apply((all) => fingerprint(workers.join(","), ...Object.entries(all).flat()))],
      },
      { parent: this, dependsOn: departed },
    );
    this.registerOutputs();
  }
}

/**
 * Has control planes leave that are taken off the list. What is deleted here is what is known of the former list: by
 * then the present one is made, and this comes after it.
 */
function departures(name: string, { controlPlanes, leave }: RosterArgs, opts: pulumi.CustomResourceOptions) {
  const names = controlPlanes.map((machine) => machine.name).join(",");
  return hereStep(
    `${name}-depart`,
    {
      script: "roster/departures.sh",
      delete: [names],
      input: reach(controlPlanes, {
        admitted: { script: "roster/admitted-names.sh", args: () => [], deadline: 45 },
        leave,
      }),
      deadline,
      replaceOn: [names],
    },
    opts,
  );
}

function only(files: Record<string, string>, name: string): Record<string, string> {
  return name in files ? { [name]: files[name] } : {};
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
