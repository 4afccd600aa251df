import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { AwsMachines } from "../../components/machines/aws/aws";
import { AwsImage, type AwsMachinesArgs, AwsNat, AwsScheme } from "../../components/machines/aws/options";
import { type Entry, recordAws } from "../support/aws";
import { talk } from "../support/talk";

const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
const named = (...names: string[]) => names.map((name) => ({ name }));
const bastion = { allowedCidrs: ["203.0.113.0/24"] };

/** What the machines of a cluster with stacked etcd come to, with what is chosen besides, and how those are reached. */
async function choose(args: Partial<AwsMachinesArgs>) {
  let made: AwsMachines | undefined;
  const all = await recordAws(
    () => {
      made = new AwsMachines("aws", { cluster: "prod", zones, controlPlanes: named("cp-1", "cp-2", "cp-3"), ...args });
    },
    {},
    "prod",
  );
  const of = (type: string): Entry[] => all.filter((entry) => entry.type.endsWith(`:${type}`));
  return { of, all, made: made ?? expect.fail("no machines") };
}

const names = (entries: Entry[]) => entries.map(({ name }) => name.replace(/^aws-/, ""));

/** What an output comes to. */
const settled = <T>(output: pulumi.Input<T>) => new Promise((resolve) => pulumi.output(output).apply(resolve));

test("in a VPC that is there nothing of a network is made, and machines refuse a public address", async () => {
  const privateSubnets = Object.fromEntries(zones.map((zone, i) => [zone, `subnet-0123456789abcde0${i}`]));
  const network = { vpcId: "vpc-0123456789abcdef0", cidr: "172.31.0.0/16", privateSubnets };
  const { of } = await choose({ network, networkLoadBalancer: {}, sshCidrs: ["172.31.0.0/16"] });
  for (const type of ["Vpc", "Subnet", "RouteTable", "Route", "NatGateway", "Eip"]) expect(of(type), type).toEqual([]);
  expect(of("Instance").map(({ inputs }) => [inputs.subnetId, inputs.associatePublicIpAddress])).toEqual(
    Object.values(privateSubnets).map((subnet) => [subnet, false]),
  );
  expect(of("LoadBalancer")[0].inputs).toMatchObject({ internal: true, subnets: Object.values(privateSubnets) });
  for (const { inputs } of [...of("SecurityGroup"), ...of("TargetGroup")]) expect(inputs.vpcId).toBe(network.vpcId);
});

describe("the way out", () => {
  const waysOut = ({ of }: Awaited<ReturnType<typeof choose>>) =>
    of("Route").map(({ name, inputs }) => [
      name.replace("aws-network-", ""),
      /-(nat-.*|gateway)\|/.exec(String(inputs.natGatewayId ?? inputs.gatewayId))?.[1],
    ]);

  test("by one NAT gateway is that for all zones", async () => {
    const { of, ...rest } = await choose({ network: { nat: AwsNat.Single }, networkLoadBalancer: {}, bastion });
    expect(names(of("NatGateway"))).toEqual(["network-nat-eu-central-1a"]);
    expect(waysOut({ of, ...rest })).toEqual([
      ...zones.map((zone) => [`private-${zone}-out`, "nat-eu-central-1a"]),
      ["public-out", "gateway"],
    ]);
  });

  test("by none is there for the bastion alone", async () => {
    const chosen = await choose({ network: { nat: AwsNat.None }, networkLoadBalancer: {}, bastion });
    expect(names(chosen.of("NatGateway"))).toEqual([]);
    expect(names(chosen.of("Eip"))).toEqual(["bastion-address"]);
    expect(waysOut(chosen)).toEqual([["public-out", "gateway"]]);
  });
});

test("a machine for HAProxy has an address that stays when it goes", async () => {
  const { of, all, made } = await choose({ loadBalancers: named("lb-1"), bastion });
  expect(of("LoadBalancer")).toEqual([]);
  const [own, ...others] = of("NetworkInterface");
  expect(others).toEqual([]);
  expect(own.options.protect).toBe(true);
  expect(own.inputs.subnetId).toContain("network-private-eu-central-1a|id");
  for (const { name, inputs } of of("Instance").filter(({ name }) => !name.endsWith("bastion"))) {
    const kept = name === "aws-lb-1";
    expect(inputs.primaryNetworkInterface, name).toEqual(
      kept ? { networkInterfaceId: "{{ref:aws:ec2/networkInterface:NetworkInterface|aws-lb-1|id}}" } : undefined,
    );
    expect([inputs.subnetId === undefined, inputs.vpcSecurityGroupIds === undefined], name).toEqual([kept, kept]);
  }
  expect(await settled(made.machines.find(({ name }) => name === "lb-1")?.address)).toBe(
    "{{ref:aws:ec2/networkInterface:NetworkInterface|aws-lb-1|privateIp}}",
  );
  const { rows, dead } = talk(all);
  expect(dead).toEqual([]);
  expect(rows.filter((row) => row.includes("load-balancer"))).toEqual([
    "bastion | load-balancer | TCP 22 | SSH",
    "bastion | load-balancer | TCP 6443 | Kubernetes API",
    "control-plane | load-balancer | TCP 6443 | Kubernetes API",
    "load-balancer | control-plane | TCP 6443 | Kubernetes API and its health",
  ]);
});

test("by a bastion that is there machines are reached from its addresses, and none is made", async () => {
  const proxy = { host: "bastion.example.com", privateKey: "KEY", hostKey: "ssh-ed25519 AAAA" };
  const { of, made } = await choose({ proxy, sshCidrs: ["10.9.0.0/24"], networkLoadBalancer: {} });
  expect(names(of("Instance"))).toEqual(["cp-1", "cp-2", "cp-3"]);
  for (const { name, ssh } of made.machines) expect(ssh.proxy, name).toBe(proxy);
  const ingress = of("SecurityGroupIngressRule").filter(({ inputs }) => inputs.fromPort === 22);
  expect(ingress.map(({ inputs }) => inputs.cidrIpv4)).toEqual(["10.9.0.0/24"]);
});

test("a name of one's own is an alias for the load balancer, and the endpoint", async () => {
  const own = { dnsName: "api.example.com", hostedZoneId: "Z0123456789ABCDEFGHIJ", scheme: AwsScheme.InternetFacing };
  const { of, made } = await choose({ networkLoadBalancer: own, bastion });
  expect(of("Record").map(({ inputs }) => inputs)).toEqual([
    {
      zoneId: "Z0123456789ABCDEFGHIJ",
      name: "api.example.com",
      type: "A",
      aliases: [
        {
          name: "{{ref:aws:lb/loadBalancer:LoadBalancer|aws-api|dnsName}}",
          zoneId: "{{ref:aws:lb/loadBalancer:LoadBalancer|aws-api|zoneId}}",
          evaluateTargetHealth: false,
        },
      ],
    },
  ]);
  expect(await settled(made.endpoint)).toBe("api.example.com:6443");
});

test("who logs in is recorded with the image that a machine was made from", async () => {
  const { of, made } = await choose({ image: AwsImage.Debian13, bastion });
  for (const { name, inputs, options } of of("Instance")) {
    expect(inputs.tags, name).toMatchObject({ "kubeadm-ha/login": "admin" });
    expect(options.ignoreChanges, name).toEqual(["ami", "userData", 'tags["kubeadm-ha/login"]']);
  }
  expect(await settled(made.machines[0].ssh.user)).toBe("admin");
});
