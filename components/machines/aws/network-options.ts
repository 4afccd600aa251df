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

/** The network that machines are in: a new VPC, or an existing one. */
export interface AwsNetworkOptions {
  /**
   * The VPC's addresses, of an existing VPC, too.
   * @default "10.0.0.0/16"
   */
  cidr?: string;
  /**
   * The way out of the private subnets of a new VPC.
   * @default AwsNat.PerZone
   */
  nat?: AwsNat;
  /**
   * An existing VPC.
   * @default a new one
   */
  vpcId?: string;
  /**
   * The subnet for machines in each zone, of an existing VPC. They need a way out of their own.
   * @default new ones
   */
  privateSubnets?: { [zone: string]: string };
  /**
   * The subnet for a bastion and an internet-facing load balancer in each zone, of an existing VPC.
   * @default new ones
   */
  publicSubnets?: { [zone: string]: string };
}

/** A Network Load Balancer in front of the API servers. */
export interface AwsBalancerOptions {
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
export interface AwsBastionOptions {
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
