import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { formerly } from "../../values/identity";
import { securityGroupName } from "./names";
import { egressRules, type Group, ingressRules, type Rule, type RulePlan } from "./rules";

/** The arguments of {@link AwsSecurity}. */
export interface AwsSecurityArgs extends RulePlan {
  /** The VPC. */
  vpcId: pulumi.Input<string>;
  /** The public addresses that rules name. */
  addresses: { [name: string]: pulumi.Output<string> };
  /** The cluster's name. */
  cluster: string;
  /** Tags of everything. */
  tags: { [key: string]: string };
}

/** A security group for each role, with one rule for each way that traffic may take. */
export class AwsSecurity extends pulumi.ComponentResource {
  /** The groups that there are. */
  readonly groups: { [group: string]: pulumi.Output<string> };
  /** The rules: who waits for them can be reached, and reach others. */
  readonly rules: pulumi.Resource[];

  constructor(name: string, args: AwsSecurityArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "kubeadm-ha:index:AwsSecurity",
      name,
      { groups: args.groups },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:machines:AwsSecurity")),
    );
    const parent = { parent: this };
    const groups = Object.fromEntries(
      args.groups.map((group) => [
        group,
        new ec2.SecurityGroup(
          `${name}-${group}`,
          {
            vpcId: args.vpcId,
            name: securityGroupName(args.cluster, group),
            description: `${describe[group]} of ${args.cluster}`,
            // The cloud controller manager opens the node's one group that has the cluster's tag.
            tags: { ...args.tags, ...owned(group, args.cluster), Name: `${args.cluster}-${group}` },
          },
          parent,
        ).id,
      ]),
    );
    const peer = (of: string) => {
      if (groups[of]) return { referencedSecurityGroupId: groups[of] };
      const address = args.addresses[of];
      return { cidrIpv4: address ? pulumi.interpolate`${address}/32` : of };
    };
    const rule = (side: "in" | "out", rule: Rule) => {
      const all = rule.protocol === "-1";
      const ports = all ? "all" : `${rule.protocol}-${rule.first}`;
      const [own, other] = side === "in" ? [rule.to, rule.from] : [rule.from, rule.to];
      const make = side === "in" ? vpc.SecurityGroupIngressRule : vpc.SecurityGroupEgressRule;
      return new make(
        `${name}-${own}-${side}-${other.replace(/[/:]/g, "-")}-${ports}`,
        {
          securityGroupId: groups[own],
          ...peer(other),
          ipProtocol: rule.protocol,
          ...(all ? {} : { fromPort: rule.first, toPort: rule.last }),
          tags: { ...args.tags, Name: rule.why },
        },
        parent,
      );
    };
    this.groups = groups;
    this.rules = [
      ...ingressRules(args).map((each) => rule("in", each)),
      ...egressRules(args).map((each) => rule("out", each)),
    ];
    this.registerOutputs();
  }
}

const describe: Record<Group, string> = {
  "control-plane": "Control planes",
  etcd: "etcd members",
  worker: "Workers",
  "load-balancer": "HAProxy machines",
  "network-load-balancer": "Network Load Balancer",
  bastion: "Bastion",
};

function owned(group: Group, cluster: string): { [key: string]: string } {
  return group === "control-plane" || group === "worker" ? { [`kubernetes.io/cluster/${cluster}`]: "owned" } : {};
}
