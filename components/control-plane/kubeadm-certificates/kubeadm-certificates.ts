import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { initConfiguration } from "../../kubeadm/configuration";
import { batchOf, credentialsOf, downloadConfiguration, type JoinCredentials } from "../../kubeadm/join-credentials";
import { kubeconfig } from "../../kubeadm/kubeconfig";
import { leafHours } from "../../kubeadm/validity";
import { instanceOf, type MachineArgs } from "../../machine/machine";
import { nodeOf } from "../../machine/node";
import { onAny } from "../../remote/on-any";
import { inside, step } from "../../remote/step";
import { formerly } from "../../values/identity";
import { type ClusterCaArgs, configuration } from "./cluster-ca";

/** The arguments of {@link KubeadmCertificates}. */
export interface KubeadmCertificatesArgs extends ClusterCaArgs {
  /** What prepares each control plane, in the same order. */
  hosts: pulumi.Resource[];
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

/**
 * How control planes come by the CAs where kubeadm shares them: uploaded by a control plane under a key, and downloaded
 * with a token by the machines of one batch. Keys of CAs are on control planes only.
 */
export class KubeadmCertificates extends pulumi.ComponentResource {
  /** A kubeconfig for a user of the group `kubeadm:cluster-admins`. A secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** What a worker's join waits for. */
  readonly uploaded: pulumi.Resource;
  /** What each control plane's join waits for, in their order. */
  readonly downloads: pulumi.Resource[];
  /** What the machines that are there now join with. A secret. */
  readonly credentials: pulumi.Output<JoinCredentials>;
  /** Names the machines that are there now. */
  readonly batch: pulumi.Output<string>;

  constructor(name: string, args: KubeadmCertificatesArgs, opts: pulumi.ComponentResourceOptions) {
    const { machines, workers, hosts, generation, caCertificate, endpoint, options } = args;
    super(
      "kubeadm-ha:index:KubeadmCertificates",
      name,
      { generation },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:control-plane:Sharing")),
    );
    const ids = [...machines, ...workers].map(instanceOf);
    this.batch = pulumi.all(ids).apply(batchOf);
    const seed = new tls.PrivateKey(`${name}-seed`, { algorithm: "ED25519" }, { parent: this }).privateKeyPem;
    this.credentials = pulumi.secret(
      pulumi.all([seed, this.batch]).apply(([seed, batch]) => credentialsOf(seed, batch)),
    );
    const [first] = machines;
    this.uploaded = onAny(
      `${name}-upload`,
      {
        machines,
        script: "control-plane/kubeadm-certificates/upload.sh",
        args: [],
        input: {
          // The phases that read it use nothing of what concerns one machine.
          "upload.yaml": pulumi
            .all([nodeOf(first), endpoint, args.etcdEndpoints, this.credentials])
            .apply(([node, at, etcd, credentials]) => initConfiguration(node, at, options, { etcd, credentials })),
          "pki/ca.crt": caCertificate,
        },
        deadline: 400,
        replaceOn: [this.batch],
      },
      inside(this, opts),
    );
    this.downloads = machines.map((machine, i) =>
      step(
        `${name}-${machine.name}-download`,
        {
          machine,
          script: "control-plane/kubeadm-certificates/download.sh",
          args: [machine.name],
          input: pulumi
            .all([nodeOf(machine), this.credentials, discoveryFor(machine.name, args, this.credentials), caCertificate])
            .apply(([node, { certificateKey }, discovery, ca]) => ({
              "download.yaml": downloadConfiguration(node, certificateKey, options),
              "discovery.conf": discovery,
              "pki/ca.crt": ca,
            })),
          deadline: 600,
          replaceOn: [instanceOf(machine)],
        },
        { parent: this, dependsOn: [this.uploaded, hosts[i]] },
      ),
    );
    const administrator = onAny(
      `${name}-sign-admin`,
      {
        machines,
        script: "control-plane/kubeadm-certificates/sign-admin.sh",
        args: [`${leafHours(options.certificates)}h`],
        input: { "kubeadm.yaml": configuration(first, args) },
        deadline: 120,
        reads: true,
        replaceOn: [generation],
      },
      inside(this, opts),
    );
    this.kubeconfig = pulumi.secret(administrator.stdout);
    this.registerOutputs();
  }
}

/** A kubeconfig with the batch's token, as a kubelet needs it to ask for its certificate. A secret. */
export function discoveryFor(
  machine: string,
  { clusterName, endpoint, caCertificate }: KubeadmCertificatesArgs,
  credentials: pulumi.Output<JoinCredentials>,
): pulumi.Output<string> {
  return pulumi.secret(
    pulumi
      .all([endpoint, caCertificate, credentials])
      .apply(([endpoint, caCertificate, { token }]) =>
        kubeconfig({ clusterName, endpoint, caCertificate, user: `system:bootstrap:${machine}`, token }),
      ),
  );
}

/** The arguments of {@link RevokeCredentials}. */
export interface RevokeCredentialsArgs {
  /** The control planes; whichever is alive does it. */
  machines: MachineArgs[];
  /** What is revoked. */
  shared: KubeadmCertificates;
}

/** Token and upload are deleted once all have joined. */
export class RevokeCredentials extends pulumi.ComponentResource {
  constructor(name: string, { machines, shared }: RevokeCredentialsArgs, opts: pulumi.ComponentResourceOptions) {
    super("kubeadm-ha:index:RevokeCredentials", name, {}, opts);
    onAny(
      `${name}-revoke`,
      {
        machines,
        script: "control-plane/kubeadm-certificates/revoke.sh",
        args: [],
        input: { token: shared.credentials.apply(({ token }) => token.split(".")[0]) },
        deadline: 200,
        replaceOn: [shared.batch],
      },
      inside(this, opts),
    );
    this.registerOutputs();
  }
}
