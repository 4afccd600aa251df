import * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "../machines/machine";
import { inside, step } from "../remote/step";
import { flannelManifest } from "./flannel";

/** The pod network that the project brings; `none` leaves nodes NotReady until another one is installed. */
export const Cni = { Flannel: "flannel", None: "none" } as const;
export type Cni = (typeof Cni)[keyof typeof Cni];

/** The arguments of {@link Network}. */
export interface NetworkArgs {
  /** A control plane to apply it from; any will do. */
  machine: MachineArgs;
  /** The cluster's pod CIDR. */
  podCidr: string;
  /** The flannel image, with its tag. */
  image: string;
  /**
   * The image that brings flannel's CNI plugin to the machines.
   * @default none: they have it
   */
  pluginImage?: string;
  /** Where the API is reached, as `host:port`. */
  endpoint: pulumi.Input<string>;
}

/** Namespaces whose pods on a node tell that it is up; none where no network makes nodes Ready. */
export const namespacesOf: Record<Cni, string[]> = { flannel: ["kube-system", "kube-flannel"], none: [] };

/** The pod network: flannel over VXLAN. */
export class Network extends pulumi.ComponentResource {
  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kubeadm-ha:network:Network", name, { podCidr: args.podCidr, image: args.image }, opts);
    step(
      `${name}-apply`,
      {
        machine: args.machine,
        script: "network/apply.sh",
        args: ["flannel", args.podCidr],
        input: {
          endpoint: pulumi.output(args.endpoint).apply((endpoint) => `${endpoint}\n`),
          "manifest.yaml": pulumi.output(args.endpoint).apply((endpoint) => flannelManifest({ ...args, endpoint })),
        },
        deadline: 400,
      },
      inside(this, opts),
    );
    this.registerOutputs();
  }
}
