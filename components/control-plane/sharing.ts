import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { MachineArgs } from "../machines/machine";
import { kubeconfig } from "../pki/kubeconfig";
import { leafHours } from "../pki/validity";
import { inside, step } from "../remote/step";
import { type ControlPlaneArgs, nodeOf } from "./control-plane";
import { downloadConfiguration, type Invitation, invitationOf, waveOf } from "./invitation";
import { initConfiguration } from "./kubeadm";

/** The arguments of {@link ClusterAuthority}. */
export type ClusterAuthorityArgs = Pick<ControlPlaneArgs, "machines" | "endpoint" | "options"> & {
  /** Names this life of the cluster, as for its bootstrap. */
  generation: string;
};

/** The arguments of {@link Sharing}. */
export interface SharingArgs extends ClusterAuthorityArgs {
  /** The workers; they join with the same token. */
  workers: MachineArgs[];
  /** The cluster CA's certificate in PEM. */
  caCertificate: pulumi.Input<string>;
  /** The cluster's name in a kubeconfig. */
  clusterName: string;
  /**
   * The client URLs of an external etcd.
   * @default none: the CA of etcd is shared, too
   */
  etcdEndpoints?: pulumi.Input<string[]>;
}

/** What is done once, and never again for a change of what it was done with. */
const once = ["connection", "create", "stdin"];

/** The cluster CA, made by kubeadm on the first machine before anything else: load balancers check API servers with it. */
export class ClusterAuthority extends pulumi.ComponentResource {
  /** The cluster CA's certificate in PEM. */
  readonly caCertificate: pulumi.Output<string>;

  constructor(name: string, args: ClusterAuthorityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm-ha:control-plane:ClusterAuthority", name, { generation: args.generation }, opts);
    const [machine] = args.machines;
    const made = step(
      `${name}-make`,
      {
        machine,
        script: "control-plane/authority.sh",
        args: [machine.name],
        input: configuration(machine, args),
        deadline: 120,
        reads: true,
        replaceOn: [args.generation],
      },
      { ...inside(this, opts), ignoreChanges: once },
    );
    // It is in every kubeconfig and on every machine.
    this.caCertificate = pulumi.unsecret(made.stdout).apply((text) => `${text.trim()}\n`);
    this.registerOutputs();
  }
}

/**
 * How control planes come by the authorities where kubeadm shares them: uploaded by a control plane under a key, downloaded with
 * a token by the machines of one wave, and taken back when all have joined. Keys of authorities are on control planes only.
 */
export class Sharing extends pulumi.ComponentResource {
  /** A kubeconfig for a user of the group `kubeadm:cluster-admins`. A secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** What a worker's join waits for. */
  readonly beforeWorker: pulumi.Resource[];
  /** What the machines that are there now join with. A secret. */
  private readonly invitation: pulumi.Output<Invitation>;
  /** Names the machines that are there now. */
  private readonly wave: pulumi.Output<string>;

  constructor(
    private readonly prefix: string,
    private readonly args: SharingArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("kubeadm-ha:control-plane:Sharing", prefix, { generation: args.generation }, opts);
    const { machines, caCertificate } = args;
    const all = [...machines, ...args.workers];
    this.wave = pulumi.all(all.map(({ incarnation, address }) => incarnation ?? address)).apply(waveOf);
    const seed = new tls.PrivateKey(`${prefix}-seed`, { algorithm: "ED25519" }, { parent: this }).privateKeyPem;
    this.invitation = pulumi.secret(pulumi.all([seed, this.wave]).apply(([seed, wave]) => invitationOf(seed, wave)));
    this.beforeWorker = machines.map((machine) =>
      step(
        `${prefix}-${machine.name}-invite`,
        {
          machine,
          script: "control-plane/invite.sh",
          uses: ["control-plane/member.sh"],
          args: [machine.name],
          input: pulumi
            .all([nodeOf(machine), args.endpoint, args.etcdEndpoints, this.invitation, caCertificate])
            .apply(([node, endpoint, etcd, invitation, ca]) => ({
              "invite.yaml": initConfiguration(node, endpoint, args.options, { etcd, invitation }),
              "pki/ca.crt": ca,
            })),
          deadline: 400,
          replaceOn: [this.wave],
        },
        { ...inside(this, opts), ignoreChanges: once },
      ),
    );
    const [first] = machines;
    const administrator = step(
      `${prefix}-administrator`,
      {
        machine: first,
        script: "control-plane/administrator.sh",
        args: [first.name, `${leafHours(args.options.certificates)}h`],
        input: configuration(first, args),
        deadline: 120,
        reads: true,
        replaceOn: [args.generation],
      },
      { ...inside(this, opts), ignoreChanges: once },
    );
    this.kubeconfig = pulumi.secret(administrator.stdout);
    this.registerOutputs();
  }

  /** Downloads the authorities to a machine that has none yet. */
  beforeMember(machine: MachineArgs, host: pulumi.Resource): pulumi.Resource[] {
    const { options } = this.args;
    const download = step(
      `${this.prefix}-${machine.name}-download`,
      {
        machine,
        script: "control-plane/download.sh",
        uses: ["control-plane/member.sh"],
        args: [machine.name],
        input: pulumi
          .all([nodeOf(machine), this.invitation, this.discovery(machine.name), this.args.caCertificate])
          .apply(([node, { certificateKey }, discovery, ca]) => ({
            "download.yaml": downloadConfiguration(node, certificateKey, options),
            "discovery.conf": discovery,
            "pki/ca.crt": ca,
          })),
        deadline: 600,
        replaceOn: [machine.incarnation ?? machine.address],
      },
      { parent: this, dependsOn: [...this.beforeWorker, host], ignoreChanges: once },
    );
    return [download];
  }

  /** A kubeconfig with the wave's token, as a worker's kubelet needs it to ask for its certificate. A secret. */
  discovery(machine: string): pulumi.Output<string> {
    const { clusterName, endpoint, caCertificate } = this.args;
    return pulumi.secret(
      pulumi
        .all([endpoint, caCertificate, this.invitation])
        .apply(([endpoint, caCertificate, { token }]) =>
          kubeconfig({ clusterName, endpoint, caCertificate, user: `system:bootstrap:${machine}`, token }),
        ),
    );
  }

  /** Takes back what the wave joined with, once it has. */
  close(joined: pulumi.Resource[]): void {
    const [machine] = this.args.machines;
    step(
      `${this.prefix}-close`,
      {
        machine,
        script: "control-plane/close.sh",
        args: [machine.name],
        input: { token: this.invitation.apply(({ token }) => token.split(".")[0]) },
        deadline: 200,
        replaceOn: [this.wave],
      },
      { parent: this, dependsOn: [...this.beforeWorker, ...joined], ignoreChanges: once },
    );
  }
}

function configuration(machine: MachineArgs, args: ClusterAuthorityArgs): pulumi.Output<Record<string, string>> {
  return pulumi.all([nodeOf(machine), args.endpoint]).apply(
    ([node, endpoint]): Record<string, string> => ({
      "kubeadm.yaml": initConfiguration(node, endpoint, args.options),
    }),
  );
}
