import * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "../machine/machine";
import { onAny } from "../remote/on-any";
import { inside, step } from "../remote/step";
import { below } from "../values/shell-words";

/** One living machine, and what is configured of it: the input files of its script. */
export interface RolloutMachine {
  /** The machine. */
  machine: MachineArgs;
  /** Text by path. */
  files: pulumi.Input<{ [path: string]: string }>;
}

/** The arguments of {@link Rollout}. */
export interface RolloutArgs {
  /** The members of an external etcd, in the order of their turns. */
  etcd: RolloutMachine[];
  /** The control planes, in the order of their turns; none where there is an etcd alone. */
  controlPlanes: RolloutMachine[];
  /**
   * The shared CAs and keys, PEM by path below `/etc/kubernetes/pki`; control planes are given what may change of them.
   */
  pki: pulumi.Input<{ [path: string]: string }>;
  /** The workers, in the order of their turns. */
  workers: RolloutMachine[];
  /** The names of the keys that Secrets are encrypted with, the writing one first. */
  encryptionKeys: string[];
  /**
   * Namespaces whose pods on a node have to be ready before the next one's turn; empty where no network makes nodes
   * ready.
   */
  namespaces: string[];
}

/** How many workers of a hundred have their turn at once; one at least. */
const workersAtOnce = 10;

/**
 * What is configured reaches machines that live: one control plane after the other, so that one API server at a time is
 * away, then the workers in batches, and none after one that failed. On machines that were just made it finds nothing
 * to do. The graph is what makes it one at a time.
 */
export class Rollout extends pulumi.ComponentResource {
  constructor(name: string, args: RolloutArgs, opts?: pulumi.ComponentResourceOptions) {
    const { etcd, controlPlanes, workers, encryptionKeys, namespaces } = args;
    super("kubeadm-ha:index:Rollout", name, { encryptionKeys }, opts);
    const turn = (
      script: string,
      { machine, files }: RolloutMachine,
      after: pulumi.CustomResourceOptions,
      ...words: string[]
    ) =>
      step(
        `${name}-${machine.name}`,
        { machine, script, args: [machine.name, ...words], input: files, deadline: 1200 },
        after,
      );
    const nodes = namespaces.join(",");
    let after = inside(this, opts);
    for (const member of etcd) after = { parent: this, dependsOn: turn("rollout/etcd.sh", member, after) };
    after = readNewKey(name, args, after);
    for (const { machine, files } of controlPlanes) {
      const pki = pulumi.output(args.pki).apply((all) => below("pki", only(all, renewed)));
      const input = pulumi.all([files, pki]).apply(([files, pki]) => ({ ...files, ...pki }));
      after = { parent: this, dependsOn: turn("rollout/control-plane.sh", { machine, files: input }, after, nodes) };
    }
    // Only now does every API server write with the same key.
    if (controlPlanes.length > 0)
      onAny(
        `${name}-secrets`,
        {
          machines: controlPlanes.map(({ machine }) => machine),
          script: "rollout/rewrite-secrets.sh",
          args: [encryptionKeys.join(",")],
          input: pulumi.output(controlPlanes[0].files).apply((all) => only(all, /^etcd-/)),
          deadline: 900,
          replaceOn: [encryptionKeys.join(",")],
        },
        after,
      );
    for (const batch of batches(workers))
      after = { parent: this, dependsOn: batch.map((worker) => turn("rollout/worker.sh", worker, after, nodes)) };
    this.registerOutputs();
  }
}

/** Where there is more than one key, every API server reads the new one before any writes with it. */
function readNewKey(
  name: string,
  { controlPlanes, encryptionKeys }: RolloutArgs,
  after: pulumi.CustomResourceOptions,
): pulumi.CustomResourceOptions {
  if (encryptionKeys.length < 2) return after;
  const read = controlPlanes.map(({ machine, files }) =>
    step(
      `${name}-${machine.name}-key`,
      {
        machine,
        script: "rollout/read-new-key.sh",
        args: [machine.name],
        input: pulumi.output(files).apply((all) => only(all, /^(address|etcd-.*|security\/encryption.*)$/)),
        deadline: 300,
      },
      after,
    ),
  );
  return { parent: after.parent, dependsOn: read };
}

/** What is renewed of a living control plane's certificates, or tells whose it is. */
const renewed = /^(ca\.crt|apiserver-etcd-client\.(crt|key))$/;

/** The machines of a roll-out, as many together as have their turn at once. */
export function batches<Machine>(machines: Machine[]): Machine[][] {
  const size = Math.max(1, Math.floor((machines.length * workersAtOnce) / 100));
  return Array.from({ length: Math.ceil(machines.length / size) }, (_, i) => machines.slice(i * size, (i + 1) * size));
}

function only(files: Record<string, string>, names: RegExp): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([name]) => names.test(name)));
}
