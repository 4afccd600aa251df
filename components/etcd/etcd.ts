import * as pulumi from "@pulumi/pulumi";
import { defaultDataDir } from "../kubeadm/etcd-flags";
import type { EtcdOptions } from "../kubeadm/etcd-options";
import { addressLines, clusterAddress, clusterAddresses, instanceOf, type MachineArgs } from "../machine/machine";
import { leaveWords, onRemoval } from "../remote/on-removal";
import { after, inside, step } from "../remote/step";
import { formerly } from "../values/identity";
import { below } from "../values/shell-words";
import { clientUrl, etcdUnit } from "./unit";

/** The arguments of {@link EtcdCluster}. */
export interface EtcdClusterArgs {
  /** The machines: 3, 5 or 7. */
  machines: MachineArgs[];
  /** What prepares each of them, in the same order. */
  hosts: pulumi.Resource[];
  /** The files of `/etc/kubernetes/pki/etcd` on each of them, in the same order: PEM by file name. Secrets. */
  certificates: pulumi.Input<{ [file: string]: string }>[];
  /** What can be tuned. */
  options?: EtcdOptions;
  /**
   * Flags that every etcd of the cluster gets; options go before them.
   * @default none
   */
  flags?: { [flag: string]: string };
  /**
   * Names the cluster's generation, as for the control plane.
   * @default "1"
   */
  generation?: string;
}

/**
 * etcd on machines of its own. Its first member is started once in the cluster's life; from then on all are alike, and
 * join at the same time. Through when every member is a healthy voter. What changes later is the roll-out's, and who
 * leaves the roster's.
 */
export class EtcdCluster extends pulumi.ComponentResource {
  /** Where clients reach the members, in the order of the machines. */
  readonly endpoints: pulumi.Output<string[]>;
  /** One of each member: known in a preview, and yet only there once it is a healthy voter. */
  readonly joined: pulumi.Output<string>[];
  /** What each member does when its place goes. */
  readonly leaves: pulumi.Resource[];

  constructor(name: string, args: EtcdClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const { machines, hosts, options, generation = "1" } = args;
    const names = machines.map((machine) => machine.name);
    super(
      "kubeadm-ha:index:EtcdCluster",
      name,
      { members: names, options },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:etcd:EtcdCluster")),
    );
    this.endpoints = clusterAddresses(machines).apply((list) => list.map(clientUrl));
    const files = etcdFiles(args);
    const init = step(
      `${name}-etcd-init`,
      {
        machine: machines[0],
        script: "etcd/init.sh",
        args: [names[0]],
        input: joinFiles(args, files[0]),
        deadline: 300,
        // Done is done, as for `kubeadm init`: no member that comes later ever begins a cluster.
        replaceOn: [generation],
      },
      { ...inside(this), dependsOn: [hosts[0]] },
    );
    this.leaves = machines.map((machine, i) =>
      onRemoval(
        `${name}-${machine.name}-leave`,
        {
          machine,
          script: "etcd/leave.sh",
          args: leaveWords(machine),
          input: files[i].apply((all) => leaveFiles(all)),
          deadline: 1500,
          insists: true,
          fix: "shut it down; whoever takes its place removes its member",
        },
        inside(this),
      ),
    );
    this.joined = machines.map((machine, i) => {
      const join = step(
        `${name}-${machine.name}-join`,
        {
          machine,
          script: "etcd/join.sh",
          args: [machine.name],
          input: joinFiles(args, files[i]),
          deadline: 900,
          // A join only joins, and is done again for another machine in its place.
          replaceOn: [instanceOf(machine)],
        },
        after(inside(this), init, hosts[i], this.leaves[i]),
      );
      return join.urn;
    });
    this.registerOutputs();
  }
}

/**
 * What the scripts of each member read: all that is configured of its machine, and nothing of any other; `programs` is
 * what its roll-out reads of its software.
 */
export function etcdFiles(
  args: EtcdClusterArgs,
  programs: Record<string, string> = {},
): pulumi.Output<Record<string, string>>[] {
  const { machines, certificates, options, flags } = args;
  return machines.map((machine, i) =>
    pulumi.all([clusterAddress(machine), certificates[i]]).apply(
      ([address, pki]): Record<string, string> => ({
        members: `${machine.name} ${address}\n`,
        "data-dir": `${options?.dataDir ?? defaultDataDir}\n`,
        "etcd.service": etcdUnit({ name: machine.name, address }, options, flags),
        ...below("pki", pki),
        ...programs,
      }),
    ),
  );
}

/** What tells whose member it is. */
function leaveFiles(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(["members", "data-dir", "pki/ca.crt"].map((path) => [path, files[path]]));
}

/** The same, and who the others are that it joins. */
function joinFiles({ machines }: EtcdClusterArgs, files: pulumi.Output<Record<string, string>>) {
  return pulumi.all([files, addressLines(machines)]).apply(([files, members]) => ({ ...files, members }));
}
