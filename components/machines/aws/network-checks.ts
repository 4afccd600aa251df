import { parseCidr } from "../../values/addresses";
import { apiPort, etcdClientPort, etcdPeerPort, kubeletPort, sshPort } from "../../values/ports";
import type { Expect } from "./checks";
import { type AwsMachinesArgs, AwsNat, AwsProtocol, AwsScheme, awsDefaults } from "./options";

/** The VPC, its subnets, who may come in, and by which way SSH goes. */
export function networkProblems(args: AwsMachinesArgs, expect: Expect): void {
  const { network = {}, bastion, networkLoadBalancer: balancer } = args;
  const cidr = network.cidr ?? awsDefaults.cidr;
  const vpc = parseCidr(cidr);
  expect(
    vpc?.[0].kind() === "ipv4" && vpc[1] >= 16 && vpc[1] <= 24,
    "network.cidr",
    `"${cidr}" cannot be divided into subnets for a VPC; expected: a range of IPv4 addresses from /16 to /24, ` +
      "with no bit set beyond the prefix",
  );
  if (network.vpcId === undefined) newNetwork(args, expect);
  else existingNetwork(args, expect);

  const ranges = {
    apiCidrs: args.apiCidrs ?? [],
    sshCidrs: args.sshCidrs ?? [],
    "bastion.allowedCidrs": bastion?.allowedCidrs ?? [],
  };
  for (const [path, list] of Object.entries(ranges))
    list.forEach((range, i) => {
      expect(
        parseCidr(range)?.[0].kind() === "ipv4",
        `${path}[${i}]`,
        `"${range}" is not a valid range of IPv4 addresses; examples: 203.0.113.0/24, 198.51.100.7/32`,
      );
      expect(list.indexOf(range) === i, `${path}[${i}]`, `"${range}" is there twice; a rule exists once`);
    });
  expect(
    bastion === undefined || bastion.allowedCidrs.length > 0,
    "bastion.allowedCidrs",
    "empty; expected: the addresses from which Pulumi and people connect, or nobody can",
  );
  const ways = [bastion && "bastion", args.proxy && "proxy"].filter(Boolean);
  expect(ways.length < 2, "proxy", "there is a bastion to be made, too; expected: one or the other");
  expect(
    bastion !== undefined || (args.sshCidrs ?? []).length > 0,
    "sshCidrs",
    "empty, and no bastion is to be made; expected: the addresses that SSH comes from, those of ssh.proxy or of " +
      "whoever runs Pulumi inside the VPC",
  );
  const gatewayless = network.vpcId !== undefined || network.nat === AwsNat.None;
  expect(
    balancer?.scheme !== AwsScheme.InternetFacing || !gatewayless || (args.apiCidrs ?? []).length > 0,
    "apiCidrs",
    "empty, with an internet-facing load balancer and no NAT gateway made here; expected: the addresses that the " +
      "machines reach it from",
  );
  podNetworkProblems(args, expect);
}

/**
 * What the security groups open between nodes, whatever the pod network uses:
 * https://kubernetes.io/docs/reference/networking/ports-and-protocols/
 */
const ownPorts = [sshPort, etcdClientPort, etcdPeerPort, apiPort, kubeletPort];

function podNetworkProblems({ podNetwork = [] }: AwsMachinesArgs, expect: Expect): void {
  const known = podNetwork.map(({ protocol, port }) => `${protocol} ${port}`);
  podNetwork.forEach(({ protocol, port }, i) => {
    expect(port >= 1 && port <= 65535, `podNetwork[${i}].port`, `${port} is not a port; allowed: 1 to 65535`);
    expect(known.indexOf(known[i]) === i, `podNetwork[${i}]`, `${known[i]} is there twice; a rule exists once`);
    expect(
      protocol !== AwsProtocol.Tcp || !ownPorts.includes(port),
      `podNetwork[${i}].port`,
      `${port} is a port of SSH, etcd or Kubernetes, which have rules of their own; take it out`,
    );
  });
}

function newNetwork({ network = {} }: AwsMachinesArgs, expect: Expect): void {
  for (const side of ["privateSubnets", "publicSubnets"] as const)
    expect(
      network[side] === undefined,
      `network.${side}`,
      "subnets belong to an existing VPC; name it in network.vpcId",
    );
}

function existingNetwork(args: AwsMachinesArgs, expect: Expect): void {
  const { network = {}, zones } = args;
  expect(
    /^vpc-[0-9a-f]{8,17}$/.test(network.vpcId ?? ""),
    "network.vpcId",
    `"${network.vpcId}" is not the id of a VPC; example: vpc-0123456789abcdef0`,
  );
  expect(network.cidr !== undefined, "network.cidr", "missing; expected: the addresses of the existing VPC");
  expect(network.nat === undefined, "network.nat", "an existing VPC has its own way out; leave it out");
  const facing = args.networkLoadBalancer?.scheme === AwsScheme.InternetFacing;
  const needed = {
    privateSubnets: zones,
    publicSubnets: facing ? zones : args.bastion ? [args.bastion.zone ?? zones[0]] : [],
  };
  for (const [side, wanted] of Object.entries(needed)) {
    const given = network[side as keyof typeof needed] ?? {};
    for (const zone of wanted.filter((each) => given[each] === undefined))
      expect(false, `network.${side}.${zone}`, "missing; expected: the subnet there, e.g. subnet-0123456789abcdef0");
    for (const [zone, id] of Object.entries(given)) {
      expect(zones.includes(zone), `network.${side}.${zone}`, `not one of zones; allowed: ${zones.join(", ")}`);
      expect(
        /^subnet-[0-9a-f]{8,17}$/.test(id),
        `network.${side}.${zone}`,
        `"${id}" is not the id of a subnet; example: subnet-0123456789abcdef0`,
      );
    }
  }
}
