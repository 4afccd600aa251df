/** How machines without a public address reach the world. */
export const AwsNat = {
  /** A NAT gateway in every zone: the loss of a zone takes no other's way out. */
  PerZone: "per-zone",
  /** One NAT gateway for all: a third of the cost, and lost with its zone. */
  Single: "single",
  /** None: machines install from where they are and pull from within. */
  None: "none",
} as const;
export type AwsNat = (typeof AwsNat)[keyof typeof AwsNat];

/** Where a load balancer can be reached from. */
export const AwsScheme = { Internal: "internal", InternetFacing: "internet-facing" } as const;
export type AwsScheme = (typeof AwsScheme)[keyof typeof AwsScheme];

/** Protocols of the pod network. */
export const AwsProtocol = { Tcp: "tcp", Udp: "udp" } as const;
export type AwsProtocol = (typeof AwsProtocol)[keyof typeof AwsProtocol];

/** The network that machines are in: a new VPC, or one that is there. */
export interface AwsNetworkArgs {
  /**
   * The VPC's addresses, of a VPC that is there, too.
   * @default "10.0.0.0/16"
   */
  cidr?: string;
  /**
   * The way out of the private subnets of a new VPC.
   * @default AwsNat.PerZone
   */
  nat?: AwsNat;
  /**
   * A VPC that is there.
   * @default a new one
   */
  vpcId?: string;
  /**
   * The subnet for machines in each zone, of a VPC that is there. They need a way out of their own.
   * @default new ones
   */
  privateSubnets?: { [zone: string]: string };
  /**
   * The subnet for a bastion and an internet-facing load balancer in each zone, of a VPC that is there.
   * @default new ones
   */
  publicSubnets?: { [zone: string]: string };
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
export interface AwsEtcdVolume {
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

/** A Network Load Balancer in front of the API servers. */
export interface AwsBalancerArgs {
  /**
   * Whether it has public addresses.
   * @default AwsScheme.Internal
   */
  scheme?: AwsScheme;
  /**
   * A DNS name of your own for it, in the hosted zone `hostedZoneId`; it stays when the load balancer does not.
   * @default the load balancer's own name
   */
  dnsName?: string;
  /**
   * The hosted zone of Route 53 that gets `dnsName`.
   * @default none
   */
  hostedZoneId?: string;
}

/** The one machine with a public address; it forwards SSH, and nothing runs on it. */
export interface AwsBastionArgs {
  /** Ranges of addresses that may reach its SSH port. */
  allowedCidrs: string[];
  /**
   * Its zone.
   * @default the first
   */
  zone?: string;
}

/** A port that the pod network uses between nodes. */
export interface AwsPodNetwork {
  /** The protocol. */
  protocol: AwsProtocol;
  /** The port. */
  port: number;
}
