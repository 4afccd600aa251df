import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkConfig } from "../../config";
import { stackConfig } from "../support/aws";
import { sshKey } from "../support/fixtures";
import { only, problems } from "../support/problems";

const stack = (name: string) => {
  const { "aws:region": region, ...raw } = stackConfig(join(__dirname, `../../stacks/Pulumi.${name}.example.yaml`));
  return { region: region as string, raw: raw as { machines: Record<string, unknown>; cluster: object } };
};
const { raw } = stack("aws");
const withMachines = (machines: object) => ({ ...raw, machines: { ...raw.machines, ...machines } });
const list = (...names: string[]) => names.map((name) => ({ name }));

test.each(["aws", "aws-external-etcd"])(
  "the example stack %s has no problem, and its zones are of its region",
  (name) => {
    const { raw, region } = stack(name);
    expect(() => checkConfig(raw, [], { "aws:region": region })).not.toThrow();
    expect(() => checkConfig(raw, [], { "aws:region": "us-east-1" })).toThrow(
      /machines\.zones: eu-central-1a, .* are not of us-east-1, the region of the AWS provider; pulumi config set aws:region eu-central-1$/,
    );
  },
);

test("other choices that are fine", () => {
  const subnets = Object.fromEntries(["a", "b", "c"].map((z) => [`eu-central-1${z}`, `subnet-0123456789abcde${z}0`]));
  const network = { vpcId: "vpc-0123456789abcdef0", cidr: "172.31.0.0/16", privateSubnets: subnets };
  expect(problems(withMachines({ network, bastion: undefined, sshCidrs: ["172.31.0.0/16"] }))).toEqual([]);
  expect(problems(withMachines({ networkLoadBalancer: undefined, loadBalancers: list("lb-1") }))).toEqual([]);
  const balancer = { dnsName: "api.example.com", hostedZoneId: "Z0123456789ABCDEFGHIJ" };
  expect(problems(withMachines({ networkLoadBalancer: balancer, image: "debian-12" }))).toEqual([]);
  const proxy = { host: "bastion.example.com", hostKey: "ssh-ed25519 AAAA" };
  const behind = withMachines({ bastion: undefined, ssh: { proxy }, sshCidrs: ["10.9.0.0/24"] });
  expect(problems({ ...behind, sshProxyPrivateKey: sshKey })).toEqual([]);
});

test("ranges of IPv6, which its machines have no addresses of", () => {
  const ranges = { podCidr: "10.244.0.0/16,fd00:10:244::/56", serviceCidr: "10.96.0.0/12,fd00:10:96::/112" };
  expect(problems({ ...raw, cluster: { ...raw.cluster, ...ranges } }).slice(1)).toEqual(
    Object.entries(ranges).map(
      ([key, range]) =>
        `  cluster.${key}: "${range}" has IPv6, and machines.source aws makes machines with IPv4 addresses alone; give one range of IPv4, or bring machines of your own (machines.source static)`,
    ),
  );
});

describe("what EC2 would refuse, or what would not hold a zone's loss", () => {
  test.each([
    [
      { zones: ["eu-central-1a", "eu-central-1b"] },
      "machines.zones: eu-central-1a, eu-central-1b; expected: 3 to 8 different zones, so that the loss of one leaves a quorum",
    ],
    [
      { controlPlanes: [...list("cp-1", "cp-2"), { name: "cp-3", zone: "eu-central-1b" }] },
      "machines.controlPlanes: cp-2, cp-3 are all in eu-central-1b; allowed in one zone: 1 of 3 etcd members, or its loss takes the quorum",
    ],
    [
      { controlPlanes: [...list("cp-1", "cp-2"), { name: "cp-3", zone: "eu-central-1d" }] },
      'machines.controlPlanes[2].zone: "eu-central-1d" is not one of zones; allowed: eu-central-1a, eu-central-1b, eu-central-1c',
    ],
    [
      { workerPools: [{ name: "general", machines: list("solo") }] },
      'machines.workerPools[0].machines[0].zone: missing; "solo" does not end in a number, from which it would follow',
    ],
    [
      { instanceTypes: { controlPlane: "m6i" } },
      'machines.instanceTypes.controlPlane: "m6i" is not an instance type; examples: m6i.large, m7g.large',
    ],
    [
      { instanceTypes: { controlPlane: "m7g.medium" } },
      'machines.instanceTypes.controlPlane: "m7g.medium" has less than the 2 processors and 1700 MB that kubeadm asks for',
    ],
    [
      { instanceTypes: { etcd: "m4.large" } },
      'machines.instanceTypes.etcd: "m4.large" is older than the Nitro System, whose NVMe disks name their volume; expected: a newer generation, such as m6i or m7g',
    ],
    [
      { controlPlanes: [...list("cp-1", "cp-2"), { name: "cp-3", instanceType: "m7g.large" }] },
      "machines.controlPlanes: instance types with x86_64 and arm64 processors; expected: one kind, since they install from one bundle or archive",
    ],
    [{ rootVolumeSize: 7 }, "machines.rootVolumeSize: 7 GiB; allowed: 20 to 16384 (the image alone has 8)"],
    [
      { etcdVolume: { size: 8, iops: 6000 } },
      "machines.etcdVolume.iops: 6000; allowed: 3000 to 80000, and no more than 500 for each GiB beyond that",
    ],
    [
      { etcdVolume: { throughput: 1000 } },
      "machines.etcdVolume.throughput: 1000 MiB/s; allowed: 125 to 2000, and no more than a quarter of iops (3000)",
    ],
    [
      { network: { cidr: "10.0.0.0/12" } },
      'machines.network.cidr: "10.0.0.0/12" cannot be divided into subnets for a VPC; expected: a range of IPv4 addresses from /16 to /24, with no bit set beyond the prefix',
    ],
    [
      { network: { cidr: "10.96.0.0/16" } },
      'machines.network.cidr: "10.96.0.0/16" overlaps serviceCidr "10.96.0.0/12"; they must have no address in common',
    ],
    [
      { bastion: { allowedCidrs: ["203.0.113.7"] } },
      'machines.bastion.allowedCidrs[0]: "203.0.113.7" is not a valid range of IPv4 addresses; examples: 203.0.113.0/24, 198.51.100.7/32',
    ],
    [
      { bastion: undefined },
      "machines.sshCidrs: empty, and no bastion is to be made; expected: the addresses that SSH comes from, those of ssh.proxy or of whoever runs Pulumi inside the VPC",
    ],
    [
      { networkLoadBalancer: { scheme: "internet-facing" }, network: { nat: "none" } },
      "machines.apiCidrs: empty, with an internet-facing load balancer and no NAT gateway made here; expected: the addresses that the machines reach it from",
    ],
    [
      { networkLoadBalancer: { dnsName: "api.example.com" } },
      "machines.networkLoadBalancer.hostedZoneId: missing, next to dnsName; expected: both, or neither",
    ],
    [
      { podNetwork: [{ protocol: "udp", port: 0 }] },
      "machines.podNetwork[0].port: 0 is not a port; allowed: 1 to 65535",
    ],
    [
      { podNetwork: [...Array(2)].map(() => ({ protocol: "udp", port: 4789 })) },
      "machines.podNetwork[1]: udp 4789 is there twice; a rule exists once",
    ],
    [
      { podNetwork: [{ protocol: "tcp", port: 10250 }] },
      "machines.podNetwork[0].port: 10250 is a port of SSH, etcd or Kubernetes, which have rules of their own; take it out",
    ],
    [
      { podNetwork: [{ protocol: "icmp", port: 1 }] },
      'machines.podNetwork[0].protocol: "icmp" is not allowed; allowed: tcp, udp',
    ],
    [
      { image: "centos-7" },
      'machines.image: "centos-7" is not allowed; allowed: ubuntu-24.04, ubuntu-22.04, debian-13, debian-12',
    ],
    [
      { network: { nat: "gateway" } },
      'machines.network.nat: "gateway" is not allowed; allowed: per-zone, single, none',
    ],
    [
      { tags: { "aws:x": "y" } },
      'machines.tags.aws:x: "aws:x" is not a valid tag key; allowed: 128 letters, digits, spaces and _.:/=+-@, not beginning with aws:',
    ],
  ])("%j", (machines, message) => expect(only(withMachines(machines))).toBe(message));

  test("a region of another partition", () => {
    const zones = ["us-gov-west-1a", "us-gov-west-1b", "us-gov-west-1c"];
    expect(problems(withMachines({ zones })).slice(1)).toEqual(
      zones.map(
        (zone, i) =>
          `  machines.zones[${i}]: "${zone}" is of a partition with accounts, images and policies of its own; expected: a commercial region (machines.source static takes machines of any)`,
      ),
    );
  });
  test("a bundle for two kinds of processors", () => {
    const install = { mode: "bundle", source: "/opt/bundle", sha256: "0".repeat(64) };
    const mixed = withMachines({ instanceTypes: { worker: "m7g.large" } });
    expect(problems(mixed)).toEqual([]);
    expect(only({ ...mixed, cluster: { ...raw.cluster, install } })).toBe(
      "cluster.install.mode: bundle, and instance types with x86_64 and arm64 processors; a bundle is for one kind; set mode: packages, or choose instance types of one kind",
    );
  });
  test("a bastion that is there, but not so", () => {
    const ssh = { proxy: { host: "bastion example", hostKey: "SHA256:abc" } };
    const behind = withMachines({ bastion: undefined, ssh, sshCidrs: ["10.9.0.0/24"] });
    expect(problems({ ...behind, sshProxyPrivateKey: sshKey }).slice(1)).toEqual([
      '  machines.ssh.proxy.host: "bastion example" is neither an IP address nor a DNS name',
      `  machines.ssh.proxy.hostKey: "SHA256:abc" is not a public host key; expected: one line such as "ecdsa-sha2-nistp256 AAAA…", 'cat /etc/ssh/ssh_host_ecdsa_key.pub' on the machine prints it`,
    ]);
  });
  test("data of etcd beside its volume", () => {
    expect(only({ ...raw, cluster: { ...raw.cluster, etcd: { dataDir: "/data/etcd" } } })).toBe(
      'cluster.etcd.dataDir: "/data/etcd" is not on the volume that etcd\'s machines have for it; allowed: /var/lib/etcd, or below',
    );
  });
  test("keys that nobody asks for", () => {
    expect(only({ ...raw, sshPrivateKey: "KEY" })).toBe(
      "sshPrivateKey: machines on AWS get a key of their own; leave it out",
    );
  });
});
