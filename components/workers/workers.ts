import * as pulumi from "@pulumi/pulumi";
import type { ControlPlaneOptions } from "../kubeadm/options";
import { workerConfiguration, workerKubeadm, workerPatches } from "../kubeadm/worker-configuration";
import { instanceOf, type MachineArgs } from "../machine/machine";
import { nodeOf, registered } from "../machine/node";
import type { WorkerPool } from "../machine/worker-pool";
import { leaveWords, onRemoval } from "../remote/on-removal";
import { after, inside, step } from "../remote/step";
import { formerly } from "../values/identity";
import { below } from "../values/shell-words";

/** The arguments of {@link Worker}. */
export interface WorkerArgs {
  /** The machine, one of the pool's. */
  machine: MachineArgs;
  /** The pool it belongs to. */
  pool: WorkerPool;
  /** A kubeconfig that lets a kubelet ask for its certificate; short-lived, a secret. */
  discovery: pulumi.Input<string>;
  /** Where clients reach the API, as `host:port`. */
  endpoint: pulumi.Input<string>;
  /** The cluster CA's certificate in PEM. */
  caCertificate: pulumi.Input<string>;
  /** Namespaces whose pods on this node have to be ready; empty where no network makes nodes ready. */
  namespaces: string[];
  /** What the machine's software is installed from, as softwareFiles renders it. */
  software: pulumi.Input<{ [path: string]: string }>;
  /** What can be tuned. */
  options: ControlPlaneOptions;
}

/** One worker: joined, its Node Ready. */
export class Worker extends pulumi.ComponentResource {
  /** Its join. */
  readonly joined: pulumi.Resource;
  /** What is configured of the machine: what its roll-out reads. Text by path. */
  readonly files: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: WorkerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { machine, pool, options } = args;
    const { kubernetesVersion } = options;
    super(
      "kubeadm-ha:index:Worker",
      name,
      { machine: machine.name, pool: pool.name, kubernetesVersion },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:workers:Worker")),
    );
    this.files = workerFiles(args);
    const former = onRemoval(
      `${name}-leave`,
      {
        machine,
        script: "workers/leave.sh",
        args: leaveWords(machine),
        input: pulumi.output(args.caCertificate).apply((pem): Record<string, string> => ({ "pki/ca.crt": pem })),
        deadline: 600,
        insists: true,
        fix: "'kubeadm reset --force' there",
      },
      { parent: this },
    );
    this.joined = step(
      `${name}-join`,
      {
        machine,
        script: "workers/join.sh",
        args: [machine.name, args.namespaces.join(",")],
        input: pulumi.all([this.files, nodeOf(machine), args.discovery]).apply(([files, node, discovery]) => ({
          ...files,
          "join.yaml": workerConfiguration({ node, pool: pool.name, taints: pool.taints ?? [] }, options),
          "discovery.conf": discovery,
        })),
        deadline: 900,
        // What it joins with is new in every run, and of use only to the one that really joins. A machine that is
        // another joins again.
        replaceOn: [instanceOf(machine)],
      },
      after(inside(this, opts), former),
    );
    this.registerOutputs();
  }
}

/** What the scripts of a worker read: all that is configured of this machine, and nothing of any other. */
function workerFiles(args: WorkerArgs): pulumi.Output<Record<string, string>> {
  const { machine, options } = args;
  return pulumi.all([nodeOf(registered(machine)), args.endpoint, args.caCertificate, args.software]).apply(
    ([node, endpoint, caCertificate, software]): Record<string, string> => ({
      address: `${node.address}\n`,
      "kubeadm.yaml": workerKubeadm(node, endpoint, options),
      "pki/ca.crt": caCertificate,
      ...below("patches", workerPatches(options)),
      ...software,
    }),
  );
}
