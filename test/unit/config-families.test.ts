import { describe, expect, test } from "vitest";
import { staticConfig } from "../support/fixtures";
import { type Any, configOf } from "../support/model";
import { only, problems } from "../support/problems";

const [{ hostKey }] = staticConfig.machines.controlPlanes;
const ipv6Ranges = { podCidr: "fd00:10:244::/56", serviceCidr: "fd00:10:96::/112" };
const bothRanges = { podCidr: "10.244.0.0/16,fd00:10:244::/56", serviceCidr: "10.96.0.0/12,fd00:10:96::/112" };

/** Three control planes, a load balancer and a worker; FIELDS of each by the last part of its address. */
function cluster(fields: (host: number) => object, options: object, changes: Record<string, object> = {}): Any {
  const machine = (name: string, host: number) => ({ name, hostKey, ...fields(host), ...changes[name] });
  return {
    ...staticConfig,
    machines: {
      source: "static",
      controlPlanes: [1, 2, 3].map((i) => machine(`cp-${i}`, 10 + i)),
      loadBalancers: [machine("lb-1", 10)],
      workerPools: [{ name: "general", machines: [machine("worker-1", 21)] }],
    },
    cluster: { ...staticConfig.cluster, ...options },
  };
}
const ipv4 = (host: number) => ({ address: `192.0.2.${host}` });
const ipv6 = (host: number) => ({ address: `2001:db8::${host}` });
const both = (host: number) => ({ ...ipv4(host), secondAddress: `2001:db8::${host}` });
const cp = (i: number) => `machines.controlPlanes[${i}]`;

describe("clusters that have no problem", () => {
  test.each(["lab-ipv6", "lab-dual-stack"])("stacks/Pulumi.%s.yaml", (stack) =>
    expect(problems(configOf(stack, "10.89.60"))).toEqual([]),
  );
  test("of IPv6 alone, with an endpoint of that", () => {
    expect(problems(cluster(ipv6, ipv6Ranges))).toEqual([]);
    const raw = cluster(ipv6, { ...ipv6Ranges, controlPlaneEndpoint: "[2001:db8::100]:6443" });
    expect(problems({ ...raw, machines: { ...raw.machines, loadBalancers: [] } })).toEqual([]);
  });
  test("of both, whichever is first", () => {
    expect(problems(cluster(both, bothRanges))).toEqual([]);
    const swapped = (host: number) => ({ address: `2001:db8::${host}`, secondAddress: `192.0.2.${host}` });
    const ranges = { podCidr: "fd00:10:244::/56,10.244.0.0/16", serviceCidr: "fd00:10:96::/112,10.96.0.0/12" };
    expect(problems(cluster(swapped, ranges))).toEqual([]);
  });
  test("of both, with node masks of each", () => {
    const extraArgs = { "node-cidr-mask-size-ipv4": "25", "node-cidr-mask-size-ipv6": "72" };
    expect(problems(cluster(both, { ...bothRanges, controllerManager: { extraArgs } }))).toEqual([]);
  });
  test("SSH goes by the other family, or by an address of one link", () => {
    for (const address of ["2001:db8::11", "fe80::11"])
      expect(problems(cluster(ipv4, {}, { "cp-1": { address, privateAddress: "192.0.2.11" } }))).toEqual([]);
  });
});

describe("ranges", () => {
  test.each([
    [
      "of IPv6 for pods alone",
      cluster(ipv6, { podCidr: "fd00:10:244::/56" }),
      'cluster.serviceCidr: "10.96.0.0/12", the default, is IPv4, and podCidr "fd00:10:244::/56" is IPv6; expected: the same families in the same order, for example fd00:10:96::/112',
    ],
    [
      "of both for Services alone",
      cluster(ipv4, { serviceCidr: bothRanges.serviceCidr, podCidr: "10.200.0.0/16" }),
      'cluster.podCidr: "10.200.0.0/16" is IPv4, and serviceCidr "10.96.0.0/12,fd00:10:96::/112" is IPv4 and IPv6; expected: the same families in the same order, for example 10.244.0.0/16,fd00:10:244::/56',
    ],
    [
      "in another order",
      cluster(both, { ...bothRanges, serviceCidr: "fd00:10:96::/112,10.96.0.0/12" }),
      'cluster.serviceCidr: "fd00:10:96::/112,10.96.0.0/12" is IPv6 and IPv4, and podCidr "10.244.0.0/16,fd00:10:244::/56" is IPv4 and IPv6; expected: the same families in the same order, for example 10.96.0.0/12,fd00:10:96::/112',
    ],
    [
      "two of one family",
      cluster(ipv4, { podCidr: "10.244.0.0/16,10.245.0.0/16" }),
      'cluster.podCidr: "10.244.0.0/16,10.245.0.0/16" is twice IPv4; allowed: one of each family; two are written as 10.244.0.0/16,fd00:10:244::/56',
    ],
    [
      "three",
      cluster(both, { ...bothRanges, podCidr: `${bothRanges.podCidr},10.245.0.0/16` }),
      `cluster.podCidr: "${bothRanges.podCidr},10.245.0.0/16" is 3 ranges; allowed: 1, or one of each family`,
    ],
    [
      "with a space between them",
      cluster(both, { ...bothRanges, podCidr: "10.244.0.0/16, fd00:10:244::/56" }),
      'cluster.podCidr: " fd00:10:244::/56" is not a valid range of addresses; example: 10.244.0.0/16, with no bit set beyond the prefix; two are written as 10.244.0.0/16,fd00:10:244::/56, without a space',
    ],
    [
      "of IPv4 that is written as IPv6",
      cluster(ipv4, { podCidr: "::ffff:10.244.0.0/112" }),
      'cluster.podCidr: "::ffff:10.244.0.0/112" is not a valid range of addresses; example: 10.244.0.0/16, with no bit set beyond the prefix',
    ],
    [
      "of Services that is too large",
      cluster(ipv6, { ...ipv6Ranges, serviceCidr: "fd00:10:96::/64" }),
      'cluster.serviceCidr: "fd00:10:96::/64" is too large; the API server takes 20 bits of addresses at most (/108)',
    ],
    [
      "of pods that is too large beside one that is not",
      cluster(both, { ...bothRanges, podCidr: "10.244.0.0/16,fd12::/40" }),
      'cluster.podCidr: "fd12::/40" is too large for a /64 for each node; allowed by kubeadm: /48 at most, or another node-cidr-mask-size-ipv6',
    ],
    [
      "of pods with too few parts beside one with enough",
      cluster(both, { ...bothRanges, podCidr: "10.244.0.0/16,fd00:10:244::/63" }),
      'cluster.podCidr: "fd00:10:244::/63" has room for 2 nodes; needed: 4, with a /64 each',
    ],
    [
      "of pods in both, with one size for both",
      cluster(both, { ...bothRanges, controllerManager: { extraArgs: { "node-cidr-mask-size": "26" } } }),
      "cluster.controllerManager.extraArgs.node-cidr-mask-size: is not allowed with a podCidr of two ranges; use node-cidr-mask-size-ipv4 and node-cidr-mask-size-ipv6",
    ],
    [
      "that overlap in the second family",
      cluster(both, { ...bothRanges, serviceCidr: "10.96.0.0/12,fd00:10:244::/112" }),
      'cluster.podCidr: "fd00:10:244::/56" overlaps serviceCidr "fd00:10:244::/112"; they must have no address in common',
    ],
    [
      "that hold the second addresses of machines",
      cluster(both, { ...bothRanges, podCidr: "10.244.0.0/16,2001:db8::/56" }),
      'cluster.podCidr: "2001:db8::/56" holds the addresses of cp-1, cp-2, cp-3, lb-1, worker-1; machines must lie outside of it',
    ],
  ])("%s", (_, raw, message) => expect(only(raw)).toBe(message));
});

describe("machines", () => {
  test("of IPv6, with ranges that nobody chose", () =>
    expect(only(cluster(ipv6, {}))).toBe(
      "cluster.podCidr: \"10.244.0.0/16\", the default, is IPv4, and every machine's address is IPv6; put the machines' family first, for example podCidr fd00:10:244::/56, serviceCidr fd00:10:96::/112",
    ));
  test("of IPv4, with the range of IPv6 first", () => {
    const ranges = { podCidr: "fd00:10:244::/56,10.244.0.0/16", serviceCidr: "fd00:10:96::/112,10.96.0.0/12" };
    expect(only(cluster(both, ranges))).toBe(
      "cluster.podCidr: \"fd00:10:244::/56,10.244.0.0/16\" begins with IPv6, and every machine's address is IPv4; put the machines' family first, for example podCidr 10.244.0.0/16,fd00:10:244::/56, serviceCidr 10.96.0.0/12,fd00:10:96::/112",
    );
  });
  test.each([
    [
      "one of another family",
      cluster(ipv4, {}, { "cp-2": { address: "2001:db8::12" } }),
      `${cp(1)}.address: "2001:db8::12" is IPv6, and the first family of the cluster is IPv4, by podCidr "10.244.0.0/16", the default; expected: the machine's IPv4 address`,
    ],
    [
      "a load balancer of another family",
      cluster(ipv6, ipv6Ranges, { "lb-1": { address: "192.0.2.10" } }),
      'machines.loadBalancers[0].address: "192.0.2.10" is IPv4, and the first family of the cluster is IPv6, by podCidr "fd00:10:244::/56"; expected: the machine\'s IPv6 address',
    ],
    [
      "one without a second address",
      cluster((host) => (host === 21 ? ipv4(host) : both(host)), bothRanges),
      'machines.workerPools[0].machines[0].secondAddress: missing, and podCidr "10.244.0.0/16,fd00:10:244::/56" has two ranges; set the machine\'s IPv6 address',
    ],
    [
      "one whose second address is of the same family",
      cluster(both, bothRanges, { "cp-1": { secondAddress: "198.51.100.11" } }),
      `${cp(0)}.secondAddress: "198.51.100.11" is IPv4, as address "192.0.2.11" is; expected: the machine's IPv6 address, or none`,
    ],
    [
      "one whose second address is a name",
      cluster(both, bothRanges, { "cp-1": { secondAddress: "cp-1.example.com" } }),
      `${cp(0)}.secondAddress: "cp-1.example.com" is not an IP address; expected: the machine's address of the other family`,
    ],
    [
      "one with a second address in a cluster of one family",
      cluster(ipv4, {}, { "cp-1": { secondAddress: "2001:db8::11" } }),
      `${cp(0)}.secondAddress: "2001:db8::11", and podCidr "10.244.0.0/16", the default, is IPv4 alone; make both ranges two, for example podCidr 10.244.0.0/16,fd00:10:244::/56, or leave it out`,
    ],
    [
      "one whose second address is on one link alone",
      cluster(both, bothRanges, { "cp-1": { secondAddress: "fe80::11" } }),
      `${cp(0)}.secondAddress: "fe80::11" does not lead others to this machine; expected: the address that does`,
    ],
    [
      "one with another one's second address",
      cluster(both, bothRanges, { "cp-2": { secondAddress: "2001:db8::11" } }),
      `${cp(1)}.secondAddress: address "2001:db8::11" is taken by ${cp(0)}; every machine needs its own`,
    ],
    [
      "an address that is not as Kubernetes writes it",
      cluster(ipv6, ipv6Ranges, { "cp-1": { address: "2001:DB8:0::11" } }),
      `${cp(0)}.address: "2001:DB8:0::11" is not as Kubernetes writes it, and is compared as it is written; write 2001:db8::11`,
    ],
    [
      "an address with a zone",
      cluster(ipv6, ipv6Ranges, { "cp-1": { address: "2001:db8::11%eth0" } }),
      `${cp(0)}.address: "2001:db8::11%eth0" is neither an IP address nor a DNS name`,
    ],
  ])("%s", (_, raw, message) => expect(only(raw)).toBe(message));

  test("an IPv4 address that is written as IPv6, and one address in two ways", () => {
    const mapped = cluster(ipv4, {}, { "cp-1": { address: "::ffff:192.0.2.11" } });
    expect(problems(mapped)).toContain(
      `  ${cp(0)}.address: "::ffff:192.0.2.11" is an IPv4 address written as IPv6; write 192.0.2.11`,
    );
    const twice = cluster(ipv6, ipv6Ranges, { "cp-2": { address: "2001:db8:0:0::11" } });
    expect(problems(twice)).toContain(
      `  ${cp(1)}.address: address "2001:db8:0:0::11" is taken by ${cp(0)}; every machine needs its own`,
    );
  });

  test("of etcd have one address", () => {
    const raw = cluster(both, bothRanges);
    const etcd = [31, 32, 33].map((host) => ({ name: `etcd-${host}`, hostKey, ...ipv4(host) }));
    const machines = { ...raw.machines, etcd };
    expect(problems({ ...raw, machines })).toEqual([]);
    expect(only({ ...raw, machines: { ...machines, etcd: [{ ...etcd[0], ...both(31) }, ...etcd.slice(1)] } })).toBe(
      'machines.etcd[0].secondAddress: "2001:db8::31" is of no use: etcd is reached at one address; leave it out',
    );
  });
});

test("an endpoint of a family that the cluster has not", () => {
  const raw = cluster(ipv6, { ...ipv6Ranges, controlPlaneEndpoint: "192.0.2.100:6443" });
  expect(only({ ...raw, machines: { ...raw.machines, loadBalancers: [] } })).toBe(
    'cluster.controlPlaneEndpoint: "192.0.2.100" is IPv4; machines of this cluster reach it by IPv6 alone',
  );
});

test("a virtual address of IPv6, which two load balancers share", () => {
  const raw = cluster(ipv6, { ...ipv6Ranges, loadBalancer: { virtualAddress: "2001:db8::9" } });
  const [first] = raw.machines.loadBalancers;
  const pair = (second: object, virtualAddress = "2001:db8::9") => ({
    ...raw,
    machines: { ...raw.machines, loadBalancers: [first, { name: "lb-2", hostKey, ...second }] },
    cluster: { ...raw.cluster, loadBalancer: { virtualAddress } },
  });
  const at = "cluster.loadBalancer.virtualAddress:";
  expect(problems(pair(ipv6(8)))).toEqual([]);
  expect(only(pair(ipv6(8), "fe80::9"))).toMatch(/virtualAddress: "fe80::9" leads to no machine/);
  expect(only(pair(ipv6(8), "2001:db8:0::9"))).toBe(
    `${at} "2001:db8:0::9" is not as Kubernetes writes it, and is compared as it is written; write 2001:db8::9`,
  );
  expect(only(pair(ipv6(8), "fd00:10:96::1"))).toBe(
    `${at} "fd00:10:96::1" lies in serviceCidr "fd00:10:96::/112"; it has to be outside of it`,
  );
});
