import * as pulumi from "@pulumi/pulumi";
import { nodeOf, own } from "../control-plane/control-plane";
import type { ControlPlaneOptions } from "../control-plane/options";
import { patchFiles } from "../control-plane/patches";
import type { MachineArgs } from "../machines/machine";
import { below } from "../remote/render";
import { inside, step } from "../remote/step";
import { workerConfiguration, workerKubelet, workerNode } from "./kubeadm";
import type { WorkerPool } from "./options";

/** The arguments of {@link Worker}. */
export interface WorkerArgs {
  /** The machine, one of the pool's. */
  machine: MachineArgs;
  /** The pool it belongs to. */
  pool: WorkerPool;
  /** A kubeconfig that lets a kubelet ask for its certificate; short-lived, a secret. */
  discovery: pulumi.Input<string>;
  /** The cluster CA's certificate in PEM. */
  caCertificate: pulumi.Input<string>;
  /** Namespaces whose pods on this node have to be ready; empty where no network makes nodes ready. */
  namespaces: string[];
  /** What brings living control planes to what is configured, and publishes that. */
  settled: pulumi.Resource;
  /** What can be tuned. */
  options: ControlPlaneOptions;
}

/** The arguments of {@link WorkerPools}. */
export interface WorkerPoolsArgs {
  /** A control plane to do it from; any will do. */
  machine: MachineArgs;
  /** All pools. */
  pools: WorkerPool[];
  /** What takes the whole cluster with it when it is deleted: workers are not drained then. */
  cluster: pulumi.Resource;
}

/** One worker: joined, its Node Ready, its kubelet as configured. */
export class Worker extends pulumi.ComponentResource {
  /** Its join, which is through before its settings are looked at. */
  readonly joined: pulumi.Resource;

  constructor(name: string, args: WorkerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { machine, pool, options } = args;
    const { kubernetesVersion, patches = [] } = options;
    super("kubeadm-ha:workers:Worker", name, { machine: machine.name, pool: pool.name, kubernetesVersion }, opts);
    const kubeletPatches = below(
      "patches",
      patchFiles(patches.filter(({ target }) => target === "kubeletconfiguration")),
    );
    this.joined = step(
      `${name}-join`,
      {
        machine,
        script: "workers/join.sh",
        uses: own("member", "ready"),
        args: [machine.name, args.namespaces.join(",")],
        input: pulumi
          .all([nodeOf(machine), args.discovery, args.caCertificate])
          .apply(([node, discovery, caCertificate]) => ({
            "join.yaml": workerConfiguration(node, pool.name, pool.taints ?? [], options),
            "discovery.conf": discovery,
            "pki/ca.crt": caCertificate,
            ...kubeletPatches,
          })),
        deadline: 900,
        replaceOn: [machine.incarnation ?? machine.address],
      },
      // What it joins with is new in every run, and of use only to the one that really joins. A machine that is another joins anew.
      { ...inside(this, opts), ignoreChanges: ["connection", "create", "stdin"] },
    );
    step(
      `${name}-settings`,
      {
        machine,
        script: "workers/settings.sh",
        uses: own("member", "ready", "former", "kubelet"),
        args: [machine.name, args.namespaces.join(",")],
        input: { "kubelet.yaml": workerKubelet(options), ...kubeletPatches },
        deadline: 600,
        replaceOn: [machine.incarnation ?? machine.address],
      },
      // No worker tries what the control planes have not proved.
      { ...inside(this, opts), dependsOn: [this.joined, args.settled] },
    );
    this.registerOutputs();
  }
}

/** Seconds that the drain of one worker may take. */
const drainLimit = 300;

/**
 * Labels and taints of all workers, and who is no longer one of them. One step for the cluster and not a `delete` of each worker:
 * it runs from a control plane that the configuration names now, and before any machine goes.
 */
export class WorkerPools extends pulumi.ComponentResource {
  constructor(name: string, args: WorkerPoolsArgs, opts?: pulumi.ComponentResourceOptions) {
    const pools = args.pools.map(({ name, labels = {}, taints = [], machines }) => ({
      name,
      labels,
      taints,
      machines: machines.map((machine) => machine.name),
    }));
    super("kubeadm-ha:workers:WorkerPools", name, { pools }, opts);
    const files = pools.flatMap(({ name, labels, taints, machines }) =>
      machines.map((machine) => [`nodes/${machine}.yaml`, workerNode(machine, name, labels, taints)]),
    );
    const names = pools.flatMap(({ machines }) => machines);
    step(
      `${name}-settle`,
      {
        machine: args.machine,
        script: "workers/pools.sh",
        args: [names.join(","), `${drainLimit}`],
        delete: ["", `${drainLimit}`],
        input: Object.fromEntries(files),
        deadline: 300 + names.length * drainLimit,
      },
      { ...inside(this, opts), deletedWith: args.cluster },
    );
    this.registerOutputs();
  }
}
