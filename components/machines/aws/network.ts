import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import { formerly } from "../../values/identity";
import type { AwsNetworkOptions } from "./options";
import { AwsNat, awsDefaults } from "./options";
import { subnetCidrs } from "./placement";

/** The arguments of {@link AwsNetwork}. */
export interface AwsNetworkArgs extends AwsNetworkOptions {
  /** The zones. */
  zones: string[];
  /** The cluster's name. */
  cluster: string;
  /** Tags of everything. */
  tags: { [key: string]: string };
}

/** A VPC with a private and a public subnet in each zone, or an existing one. */
export class AwsNetwork extends pulumi.ComponentResource {
  /** The VPC. */
  readonly vpcId: pulumi.Input<string>;
  /** The subnet for machines, by zone. */
  readonly privateSubnets: { [zone: string]: pulumi.Input<string> };
  /** The subnet for what has a public address, by zone. */
  readonly publicSubnets: { [zone: string]: pulumi.Input<string> };
  /** The public addresses that machines come from, by the zone of the NAT gateway. */
  readonly natAddresses: { [zone: string]: pulumi.Output<string> } = {};
  /** What must be there for a machine to have its way out. */
  readonly routes: pulumi.Resource[] = [];

  constructor(name: string, args: AwsNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    const { cidr = awsDefaults.cidr, nat = AwsNat.PerZone, zones, vpcId } = args;
    super(
      "kubeadm-ha:index:AwsNetwork",
      name,
      { cidr, nat, zones, vpcId },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:machines:AwsNetwork")),
    );
    if (vpcId !== undefined) {
      this.vpcId = vpcId;
      this.privateSubnets = args.privateSubnets ?? {};
      this.publicSubnets = args.publicSubnets ?? {};
      this.registerOutputs();
      return;
    }
    const parent = { parent: this };
    const tags = (what: string, more = {}) => ({ ...args.tags, ...more, Name: `${args.cluster}-${what}` });
    const vpc = new ec2.Vpc(
      `${name}-vpc`,
      { cidrBlock: cidr, enableDnsSupport: true, enableDnsHostnames: true, tags: tags("vpc") },
      parent,
    );
    // The default group lets its members talk to each other; nothing is in it, and nothing shall be by mistake.
    new ec2.DefaultSecurityGroup(`${name}-default`, { vpcId: vpc.id, tags: tags("default") }, parent);
    const gateway = new ec2.InternetGateway(`${name}-gateway`, { vpcId: vpc.id, tags: tags("gateway") }, parent);
    const subnet = (side: "private" | "public", zone: string, i: number) =>
      new ec2.Subnet(
        `${name}-${side}-${zone}`,
        {
          vpcId: vpc.id,
          availabilityZone: zone,
          cidrBlock: subnetCidrs(cidr, i)[side],
          mapPublicIpOnLaunch: false,
          // https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/subnet_discovery/
          tags: tags(`${side}-${zone}`, { [`kubernetes.io/role/${side === "public" ? "elb" : "internal-elb"}`]: "1" }),
        },
        parent,
      );
    const table = (side: string, target: { gatewayId?: pulumi.Input<string>; natGatewayId?: pulumi.Input<string> }) => {
      const made = new ec2.RouteTable(`${name}-${side}`, { vpcId: vpc.id, tags: tags(side) }, parent);
      if (target.gatewayId ?? target.natGatewayId)
        this.routes.push(
          new ec2.Route(
            `${name}-${side}-out`,
            { routeTableId: made.id, destinationCidrBlock: "0.0.0.0/0", ...target },
            parent,
          ),
        );
      return made;
    };
    const join = (subnetOf: ec2.Subnet, routeTable: ec2.RouteTable, what: string) =>
      this.routes.push(
        new ec2.RouteTableAssociation(
          `${name}-${what}`,
          { subnetId: subnetOf.id, routeTableId: routeTable.id },
          parent,
        ),
      );

    const publicTable = table("public", { gatewayId: gateway.id });
    const publics = zones.map((zone, i) => subnet("public", zone, i));
    zones.forEach((zone, i) => {
      join(publics[i], publicTable, `public-${zone}`);
    });
    const gateways = (nat === AwsNat.None ? [] : nat === AwsNat.Single ? zones.slice(0, 1) : zones).map((zone, i) => {
      const address = new ec2.Eip(
        `${name}-nat-${zone}`,
        { domain: "vpc", tags: tags(`nat-${zone}`) },
        { ...parent, dependsOn: [gateway] },
      );
      this.natAddresses[zone] = address.publicIp;
      return new ec2.NatGateway(
        `${name}-nat-${zone}`,
        { allocationId: address.id, subnetId: publics[i].id, tags: tags(`nat-${zone}`) },
        { ...parent, dependsOn: [gateway, ...this.routes] },
      );
    });
    const privates = zones.map((zone, i) => {
      const made = subnet("private", zone, i);
      const natGateway = gateways.length === 1 ? gateways[0] : gateways[i];
      join(made, table(`private-${zone}`, { natGatewayId: natGateway?.id }), `private-${zone}`);
      return made;
    });
    this.vpcId = vpc.id;
    this.publicSubnets = Object.fromEntries(zones.map((zone, i) => [zone, publics[i].id]));
    this.privateSubnets = Object.fromEntries(zones.map((zone, i) => [zone, privates[i].id]));
    this.registerOutputs();
  }
}
