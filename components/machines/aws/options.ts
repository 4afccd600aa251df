import type * as pulumi from "@pulumi/pulumi";
import type { MachineArgs, SshProxyArgs } from "../../machine/machine";
import {
  type AwsBalancerOptions,
  type AwsBastionOptions,
  type AwsNetworkOptions,
  type AwsPodNetwork,
  AwsProtocol,
} from "./network-options";

export * from "./network-options";

/** Images of the distributions' own makers. */
export const AwsImage = {
  Ubuntu2404: "ubuntu-24.04",
  Ubuntu2204: "ubuntu-22.04",
  Debian13: "debian-13",
  Debian12: "debian-12",
} as const;
export type AwsImage = (typeof AwsImage)[keyof typeof AwsImage];

/** A machine that is to be made. */
export interface AwsMachine {
  /** Its name in the cluster. */
  name: string;
  /**
   * Its zone.
   * @default one of the first three, by the number at the end of its name: 1 is in the first zone, 2 in the second, 4
   * in the first again
   */
  zone?: string;
  /**
   * Its instance type.
   * @default that of its role
   */
  instanceType?: string;
  /**
   * Labels of its Node.
   * @default none
   */
  labels?: { [key: string]: string };
}

/** The instance types of the roles. The image follows the processor: Graviton types get arm64. */
export interface AwsInstanceTypes {
  /** @default "m6i.large" */
  controlPlane?: string;
  /** @default "m6i.large" */
  etcd?: string;
  /** @default "m6i.large" */
  worker?: string;
  /** @default "t3.small" */
  loadBalancer?: string;
  /** @default "t3.micro" */
  bastion?: string;
}

/** A gp3 volume: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html#gp3-ebs-volume-type */
export interface AwsEtcdVolumeOptions {
  /**
   * GiB.
   * @default 20
   */
  size?: number;
  /**
   * Operations in a second, 3000 to 80000.
   * @default 3000
   */
  iops?: number;
  /**
   * MiB in a second, 125 to 2000.
   * @default 125
   */
  throughput?: number;
}

/** The arguments of AwsMachines. */
export interface AwsMachinesArgs {
  /** The cluster's name, for the tag `kubernetes.io/cluster/<name>` and the names of load balancer and target group. */
  cluster: string;
  /**
   * The availability zones, all of one region: three or more, so that the loss of one leaves a quorum. Only ever
   * append: machines that name no zone are in the first three.
   */
  zones: string[];
  /**
   * The network.
   * @default a new VPC
   */
  network?: AwsNetworkOptions;
  /**
   * What machines boot from. The newest image of its maker when a machine is made, and that one from then on.
   * @default AwsImage.Ubuntu2404
   */
  image?: AwsImage;
  /**
   * The instance types.
   * @default those of each role
   */
  instanceTypes?: AwsInstanceTypes;
  /**
   * GiB of every machine's root volume.
   * @default 40
   */
  rootVolumeSize?: number;
  /**
   * The volume of its own that each member's etcd gets.
   * @default AwsEtcdVolumeOptions's
   */
  etcdVolume?: AwsEtcdVolumeOptions;
  /** The control planes. */
  controlPlanes: AwsMachine[];
  /**
   * The machines of an external etcd.
   * @default none: etcd runs on the control planes
   */
  etcd?: AwsMachine[];
  /**
   * The workers of all pools.
   * @default none
   */
  workers?: AwsMachine[];
  /**
   * Machines for HAProxy.
   * @default none
   */
  loadBalancers?: AwsMachine[];
  /**
   * The Network Load Balancer.
   * @default none
   */
  networkLoadBalancer?: AwsBalancerOptions;
  /**
   * The bastion.
   * @default none
   */
  bastion?: AwsBastionOptions;
  /**
   * An existing bastion.
   * @default none
   */
  proxy?: SshProxyArgs;
  /**
   * Ranges of addresses that may reach the machines' SSH port: that of a proxy, or of whoever runs Pulumi inside the
   * VPC.
   * @default none
   */
  sshCidrs?: string[];
  /**
   * Ranges of addresses that may reach the API by the load balancer, apart from the cluster's machines and its bastion.
   * @default none
   */
  apiCidrs?: string[];
  /**
   * What the pod network uses between nodes.
   * @default UDP 8472, flannel's VXLAN
   */
  podNetwork?: AwsPodNetwork[];
  /**
   * Whether control planes may do what the cloud controller manager and the EBS CSI driver do there.
   * @default false: instances may do nothing
   */
  cloudProvider?: boolean;
  /**
   * Whether what the cluster's endpoint is refuses to be deleted or replaced: the Network Load Balancer with its name,
   * or the network interface with the address of a machine for HAProxy.
   * @default true
   */
  protect?: boolean;
  /**
   * Tags of everything that is made.
   * @default none
   */
  tags?: { [key: string]: string };
}

/** What AwsMachines comes to. */
export interface MadeMachines {
  /** Every machine, by no order that matters. */
  machines: MachineArgs[];
  /** Where the Network Load Balancer answers, as `host:port`. */
  endpoint?: pulumi.Output<string>;
  /** How one logs in at the bastion that was made, as `user@host`. */
  bastion?: pulumi.Output<string>;
}

/** What a machine is there for; each has its security group and its instance profile. */
export type AwsRole = "control-plane" | "etcd" | "worker" | "load-balancer";

/** The defaults that more than one room asks for. */
export const awsDefaults = {
  cidr: "10.0.0.0/16",
  image: AwsImage.Ubuntu2404,
  instanceTypes: {
    controlPlane: "m6i.large",
    etcd: "m6i.large",
    worker: "m6i.large",
    loadBalancer: "t3.small",
    bastion: "t3.micro",
  },
  rootVolumeSize: 40,
  etcdVolume: { size: 20, iops: 3000, throughput: 125 },
  podNetwork: [{ protocol: AwsProtocol.Udp, port: 8472 }],
};
