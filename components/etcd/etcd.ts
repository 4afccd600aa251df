import * as pulumi from "@pulumi/pulumi";
import { clusterAddress, type MachineArgs } from "../machines/machine";
import type { Authority } from "../pki/authority";
import { EtcdCertificates } from "../pki/etcd";
import type { CertificateOptions } from "../pki/options";
import { below } from "../remote/render";
import { inside, step } from "../remote/step";
import { defaultDataDir } from "./flags";
import type { EtcdOptions } from "./options";
import { clientUrl, etcdUnit } from "./unit";

/** The arguments of {@link EtcdCluster}. */
export interface EtcdClusterArgs {
  /** The machines: 3, 5 or 7, or none. */
  machines: MachineArgs[];
  /** What prepares each of them, in the same order. */
  hosts: pulumi.Resource[];
  /**
   * The CA of etcd.
   * @default one of its own
   */
  authority?: Authority;
  /** How certificates are made. */
  certificates?: CertificateOptions;
  /**
   * Whether a CA of its own refuses to be deleted or replaced.
   * @default true
   */
  protect?: boolean;
  /** What can be tuned. */
  options?: EtcdOptions;
  /**
   * Flags that every etcd of the cluster gets; options go before them.
   * @default none
   */
  flags?: { [flag: string]: string };
  /**
   * Names this life of the cluster, as for the control plane.
   * @default "1"
   */
  generation?: string;
}

const uses = ["etcd/quorum.sh", "etcd/machine.sh"];

/**
 * etcd on machines of its own. Its first member is started once in the cluster's life; from then on all are alike, take or
 * get a seat at the same time, and a change of the list is made by those that stay. Through when every member is a healthy voter.
 */
export class EtcdCluster extends pulumi.ComponentResource {
  /** Where clients reach the members, in the order of the machines. */
  readonly endpoints: pulumi.Output<string[]>;
  /** What API servers need: the CA, their client certificate and its key, PEM by path below `/etc/kubernetes/pki`. A secret. */
  readonly client: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: EtcdClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const { machines, options } = args;
    const names = machines.map((machine) => machine.name);
    super("kubeadm-ha:etcd:EtcdCluster", name, { members: names, options }, opts);
    const parent = { parent: this };
    const { authority, protect } = args;
    const certificates = new EtcdCertificates(
      `${name}-etcd-pki`,
      { authority, certificates: args.certificates, protect, machines },
      parent,
    );
    const members = pulumi.all(
      machines.map((machine) =>
        pulumi.output(clusterAddress(machine)).apply((address) => ({ name: machine.name, address })),
      ),
    );
    this.endpoints = members.apply((list) => list.map(clientUrl));
    this.client = certificates.client;

    const input = machines.map((_, i) =>
      pulumi.all([members, certificates.members[i]]).apply(
        ([list, pki]): Record<string, string> => ({
          members: list.map((member) => `${member.name} ${member.address}\n`).join(""),
          "data-dir": `${options?.dataDir ?? defaultDataDir}\n`,
          "etcd.service": etcdUnit(list[i], options, args.flags),
          ...below("pki", pki),
        }),
      ),
    );
    const init = step(
      `${name}-etcd-init`,
      {
        machine: machines[0],
        script: "etcd/init.sh",
        uses,
        args: [names[0]],
        input: input[0],
        deadline: 300,
        replaceOn: [args.generation ?? "1"],
      },
      // Done is done, as for `kubeadm init`: no member that comes later ever begins a cluster.
      { ...inside(this), dependsOn: [args.hosts[0]], ignoreChanges: ["connection", "create", "stdin"] },
    );
    machines.forEach((machine, i) => {
      step(
        `${name}-${machine.name}-join`,
        {
          machine,
          script: "etcd/join.sh",
          uses: [...uses, "etcd/turn.sh"],
          args: [machine.name, names.join(",")],
          input: input[i],
          deadline: 900,
        },
        { ...inside(this), dependsOn: [init, args.hosts[i]] },
      );
    });
    this.registerOutputs();
  }
}

/** An etcd of its own where there are machines for it. */
export function externalEtcd(
  name: string,
  args: EtcdClusterArgs,
  opts: pulumi.ComponentResourceOptions,
): EtcdCluster | undefined {
  return args.machines.length > 0 ? new EtcdCluster(name, args, opts) : undefined;
}
