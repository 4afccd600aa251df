import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import type * as tls from "@pulumi/tls";
import type { SshProxyArgs } from "../../machine/machine";
import { formerly } from "../../values/identity";
import { AwsInstance, type AwsInstanceArgs } from "./instance";
import { forwardingOnly } from "./user-data";

/** The arguments of {@link AwsBastion}. */
export interface AwsBastionArgs extends Omit<AwsInstanceArgs, "machine" | "authorizedKeys"> {
  /** The key that it lets in. */
  clientKey: tls.PrivateKey;
  /** Its public address, which is there before it: rules that let it in name that. */
  address: ec2.Eip;
}

/** A machine with a fixed public address that forwards SSH; the key that it lets in can do nothing else there. */
export class AwsBastion extends pulumi.ComponentResource {
  /** How machines are reached by way of it. */
  readonly proxy: SshProxyArgs;

  constructor(name: string, args: AwsBastionArgs, opts?: pulumi.ComponentResourceOptions) {
    const { clientKey, address, ...instanceArgs } = args;
    super(
      "kubeadm-ha:index:AwsBastion",
      name,
      { zone: args.zone, instanceType: args.instanceType },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:machines:AwsBastion")),
    );
    const instance = new AwsInstance(
      name,
      {
        ...instanceArgs,
        machine: "bastion",
        authorizedKeys: [clientKey.publicKeyOpenssh.apply(forwardingOnly)],
      },
      { parent: this, dependsOn: opts?.dependsOn },
    );
    const associated = new ec2.EipAssociation(
      `${name}-address`,
      { allocationId: address.id, instanceId: instance.instanceId },
      { parent: this, deleteBeforeReplace: true },
    );
    this.proxy = {
      host: pulumi.all([address.publicIp, associated.id]).apply(([host]) => host),
      user: instance.user,
      privateKey: clientKey.privateKeyOpenssh,
      hostKey: instance.hostKey,
    };
    this.registerOutputs();
  }
}
