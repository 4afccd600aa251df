import { apiPort, etcdClientPort, etcdPeerPort, kubeletPort, sshPort } from "../../values/ports";
import type { AwsMachinesArgs, AwsPodNetwork, AwsRole } from "./options";
import { AwsScheme, awsDefaults } from "./options";

/** What has a security group. */
export type Group = AwsRole | "network-load-balancer" | "bastion";

/** One way that traffic may take. */
export interface Rule {
  /** Who may begin: a group, a range of addresses, or a public address by name: `nat:<zone>`, `bastion:address`. */
  from: string;
  /** Who is reached: a group, or a range of addresses. */
  to: string;
  /** The protocol; `-1` is every one, on every port. */
  protocol: "tcp" | "udp" | "-1";
  /** The first port. */
  first: number;
  /** The last port. */
  last: number;
  /** What it is for. */
  why: string;
}

/** What decides who may talk to whom. */
export interface RulePlan {
  /** The groups that there are. */
  groups: Group[];
  /** Whether etcd runs on the control planes. */
  stacked: boolean;
  /** Ranges of addresses of the API's clients. */
  clients: string[];
  /**
   * Whether the Network Load Balancer has public addresses. Rules that name groups match private ones only: it is
   * reached from public addresses then, and at any.
   */
  internetFacing: boolean;
  /** Zones with a NAT gateway, by which machines reach public addresses. */
  nats: string[];
  /** Ranges of addresses that may reach the bastion. */
  bastionClients: string[];
  /** Ranges of addresses that may reach the machines' SSH. */
  sshCidrs: string[];
  /** What the pod network uses between nodes. */
  podNetwork: AwsPodNetwork[];
}

const everywhere = "0.0.0.0/0";
/** The bastion's public address, in rules. */
export const bastionAddress = "bastion:address";
const roles: Group[] = ["control-plane", "etcd", "worker", "load-balancer"];

/** What may come in, group by group. Nothing else does. */
export function ingressRules(plan: RulePlan): Rule[] {
  const has = (group: string) => plan.groups.includes(group as Group) || /[/:]/.test(group);
  const rules: Rule[] = [];
  const allow = (to: Group, from: string[], protocol: "tcp" | "udp", ports: [number, number], why: string) => {
    for (const source of from)
      if (has(to) && has(source)) rules.push({ from: source, to, protocol, first: ports[0], last: ports[1], why });
  };
  const tcp = (to: Group, from: string[], port: number, why: string) => allow(to, from, "tcp", [port, port], why);
  const nodes: Group[] = ["control-plane", "worker"];

  for (const front of ["network-load-balancer", "load-balancer"] as const) {
    tcp(front, plan.clients, apiPort, "Kubernetes API");
    if (front === "load-balancer" || !plan.internetFacing) tcp(front, [...nodes, "bastion"], apiPort, "Kubernetes API");
    tcp("control-plane", [front], apiPort, "Kubernetes API and its health");
  }
  if (plan.internetFacing) {
    const nats = plan.nats.map((zone) => `nat:${zone}`);
    tcp("network-load-balancer", nats, apiPort, "Kubernetes API for the machines");
    if (has("bastion")) tcp("network-load-balancer", [bastionAddress], apiPort, "Kubernetes API");
  }
  tcp("control-plane", nodes, apiPort, "Kubernetes API by its Service");
  if (plan.stacked)
    allow("control-plane", ["control-plane"], "tcp", [etcdClientPort, etcdPeerPort], "etcd clients and peers");
  tcp("etcd", ["control-plane"], etcdClientPort, "etcd clients");
  allow("etcd", ["etcd"], "tcp", [etcdClientPort, etcdPeerPort], "etcd clients and peers");
  for (const node of nodes) {
    tcp(node, nodes, kubeletPort, "kubelet");
    for (const { protocol, port } of plan.podNetwork) allow(node, nodes, protocol, [port, port], "pod network");
  }
  for (const role of roles) tcp(role, ["bastion", ...plan.sshCidrs], sshPort, "SSH");
  tcp("bastion", plan.bastionClients, sshPort, "SSH");
  return rules;
}

/**
 * What may go out. Machines reach everything: images, packages, the APIs of AWS. The others reach what they are there
 * for.
 */
export function egressRules(plan: RulePlan): Rule[] {
  const rules: Rule[] = [];
  const allow = (from: Group, to: string[], port: number, why: string) => {
    for (const target of to)
      if (plan.groups.includes(from) && (plan.groups.includes(target as Group) || target === everywhere))
        rules.push({ from, to: target, protocol: "tcp", first: port, last: port, why });
  };
  for (const role of roles.filter((group) => plan.groups.includes(group)))
    rules.push({ from: role, to: everywhere, protocol: "-1", first: 0, last: 65535, why: "packages, images, AWS" });
  allow("network-load-balancer", ["control-plane"], apiPort, "Kubernetes API and its health");
  allow("bastion", roles, sshPort, "SSH");
  allow(
    "bastion",
    plan.internetFacing ? [everywhere] : ["network-load-balancer", "load-balancer"],
    apiPort,
    "Kubernetes API",
  );
  for (const port of [80, 443]) allow("bastion", [everywhere], port, "updates");
  return rules;
}

/** What the arguments of AwsMachines come to; `nats` are the zones with a NAT gateway. */
export function rulePlan(args: AwsMachinesArgs, nats: string[]): RulePlan {
  const { networkLoadBalancer: balancer, bastion } = args;
  const some = (list: unknown[] | undefined, group: Group) => (list?.length ? [group] : []);
  return {
    groups: [
      "control-plane",
      ...some(args.etcd, "etcd"),
      ...some(args.workers, "worker"),
      ...some(args.loadBalancers, "load-balancer"),
      ...(balancer ? (["network-load-balancer"] as const) : []),
      ...(bastion ? (["bastion"] as const) : []),
    ],
    stacked: !args.etcd?.length,
    clients: args.apiCidrs ?? [],
    internetFacing: balancer?.scheme === AwsScheme.InternetFacing,
    nats,
    bastionClients: bastion?.allowedCidrs ?? [],
    sshCidrs: args.sshCidrs ?? [],
    podNetwork: args.podNetwork ?? awsDefaults.podNetwork,
  };
}
