import * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "../machine/machine";
import { onAny } from "../remote/on-any";
import { inside } from "../remote/step";
import { fingerprint } from "../values/fingerprint";
import { formerly } from "../values/identity";
import { flannelManifest } from "./flannel/flannel";

/** The pod network that the project brings; `none` leaves nodes NotReady until another one is installed. */
export const Cni = { Flannel: "flannel", None: "none" } as const;
export type Cni = (typeof Cni)[keyof typeof Cni];

/** The arguments of {@link Network}. */
export interface NetworkArgs {
  /** The control planes; whichever is alive applies it. */
  machines: MachineArgs[];
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
    const { podCidr, image } = args;
    super(
      "kubeadm-ha:index:Network",
      name,
      { podCidr, image },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:network:Network")),
    );
    const manifest = pulumi.output(args.endpoint).apply((endpoint) => flannelManifest({ ...args, endpoint }));
    onAny(
      `${name}-flannel`,
      {
        machines: args.machines,
        script: "network/apply.sh",
        args: ["flannel", podCidr],
        input: {
          endpoint: pulumi.output(args.endpoint).apply((endpoint) => `${endpoint}\n`),
          "manifest.yaml": manifest,
        },
        deadline: 400,
        replaceOn: [manifest.apply((text) => fingerprint(text, podCidr))],
      },
      inside(this, opts),
    );
    this.registerOutputs();
  }
}
