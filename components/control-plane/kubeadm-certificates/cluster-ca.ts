import * as pulumi from "@pulumi/pulumi";
import { initConfiguration } from "../../kubeadm/configuration";
import type { ControlPlaneOptions } from "../../kubeadm/options";
import type { MachineArgs } from "../../machine/machine";
import { nodeOf } from "../../machine/node";
import { inside, step } from "../../remote/step";
import { formerly } from "../../values/identity";

/** The arguments of {@link ClusterCa}. */
export interface ClusterCaArgs {
  /** The control planes; the first one makes the CA, before there is a cluster. */
  machines: MachineArgs[];
  /** Where clients reach the API, as `host:port`. */
  endpoint: pulumi.Input<string>;
  /** What can be tuned. */
  options: ControlPlaneOptions;
  /** Names the cluster's generation, as for `kubeadm init`. */
  generation: string;
}

/**
 * The cluster CA, made by kubeadm on the first machine before anything else: load balancers check API servers with it.
 */
export class ClusterCa extends pulumi.ComponentResource {
  /** The cluster CA's certificate in PEM. */
  readonly caCertificate: pulumi.Output<string>;

  constructor(name: string, args: ClusterCaArgs, opts?: pulumi.ComponentResourceOptions) {
    const { generation } = args;
    super(
      "kubeadm-ha:index:ClusterCa",
      name,
      { generation },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:control-plane:ClusterAuthority")),
    );
    const [machine] = args.machines;
    const made = step(
      `${name}-make`,
      {
        machine,
        script: "control-plane/kubeadm-certificates/make-ca.sh",
        args: [machine.name],
        input: { "kubeadm.yaml": configuration(machine, args) },
        deadline: 120,
        reads: true,
        replaceOn: [generation],
      },
      inside(this, opts),
    );
    // It is in every kubeconfig and on every machine.
    this.caCertificate = pulumi.unsecret(made.stdout).apply((text) => `${text.trim()}\n`);
    this.registerOutputs();
  }
}

/** What kubeadm reads to sign on a machine. */
export function configuration(
  machine: MachineArgs,
  { endpoint, options }: Pick<ClusterCaArgs, "endpoint" | "options">,
): pulumi.Output<string> {
  return pulumi.all([nodeOf(machine), endpoint]).apply(([node, at]) => initConfiguration(node, at, options));
}
