import * as lb from "@pulumi/aws/lb";
import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";
import { formerly } from "../../values/identity";
import { apiPort } from "../../values/ports";
import { balancerName } from "./names";
import type { AwsBalancerOptions } from "./options";
import { AwsScheme } from "./options";

/** The arguments of {@link AwsBalancer}. */
export interface AwsBalancerArgs extends AwsBalancerOptions {
  /** The cluster's name. */
  cluster: string;
  /** The VPC. */
  vpcId: pulumi.Input<string>;
  /** A subnet in each zone. */
  subnetIds: pulumi.Input<string>[];
  /** Its security group. */
  securityGroupId: pulumi.Input<string>;
  /** The control planes' instances, by machine. */
  targets: { [machine: string]: pulumi.Input<string> };
  /** Whether it refuses to be deleted or replaced: its name is the cluster's endpoint. */
  protect: boolean;
  /** Tags of everything. */
  tags: { [key: string]: string };
}

/** A Network Load Balancer that passes TCP to the API servers whose `/readyz` answers 200. */
export class AwsBalancer extends pulumi.ComponentResource {
  /** Where it answers, as `host:port`; known when it has its targets. */
  readonly endpoint: pulumi.Output<string>;

  constructor(name: string, args: AwsBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { cluster, scheme = AwsScheme.Internal, targets, tags, dnsName, hostedZoneId } = args;
    super(
      "kubeadm-ha:index:AwsBalancer",
      name,
      { scheme, dnsName, targets: Object.keys(targets) },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:machines:AwsBalancer")),
    );
    const parent = { parent: this };
    const physical = balancerName(cluster);
    const balancer = new lb.LoadBalancer(
      name,
      {
        name: physical,
        loadBalancerType: "network",
        internal: scheme === AwsScheme.Internal,
        subnets: args.subnetIds,
        securityGroups: [args.securityGroupId],
        enableCrossZoneLoadBalancing: true,
        tags: { ...tags, Name: physical },
      },
      { parent: this, dependsOn: opts?.dependsOn, protect: args.protect },
    );
    const group = new lb.TargetGroup(
      name,
      {
        name: physical,
        vpcId: args.vpcId,
        port: apiPort,
        protocol: "TCP",
        targetType: "instance",
        // With the client's address a control plane could not reach itself by way of the load balancer.
        preserveClientIp: "false",
        deregistrationDelay: 30,
        connectionTermination: true,
        healthCheck: {
          protocol: "HTTPS",
          path: "/readyz",
          port: `${apiPort}`,
          matcher: "200",
          interval: 5,
          timeout: 4,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
        tags: { ...tags, Name: physical },
      },
      parent,
    );
    const listener = new lb.Listener(
      name,
      {
        loadBalancerArn: balancer.arn,
        port: apiPort,
        protocol: "TCP",
        defaultActions: [{ type: "forward", targetGroupArn: group.arn }],
        tags,
      },
      parent,
    );
    const attachments = Object.entries(targets).map(
      ([machine, targetId]) =>
        new lb.TargetGroupAttachment(
          `${name}-${machine}`,
          { targetGroupArn: group.arn, targetId, port: apiPort },
          { ...parent, deleteBeforeReplace: true },
        ),
    );
    const record =
      dnsName !== undefined && hostedZoneId !== undefined
        ? new route53.Record(
            name,
            {
              zoneId: hostedZoneId,
              name: dnsName,
              type: "A",
              aliases: [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: false }],
            },
            parent,
          )
        : undefined;
    this.endpoint = pulumi
      .all([dnsName ?? balancer.dnsName, listener.id, record?.id, ...attachments.map(({ id }) => id)])
      .apply(([host]) => `${host}:${apiPort}`);
    this.registerOutputs();
  }
}
