import { expect, test } from "vitest";
import { labConfig, staticConfig } from "../support/fixtures";
import { only, problems } from "../support/problems";

type Balancer = { name: string; address: string };
const lb = (host: number): Balancer => ({ name: `lb-${host}`, address: `10.89.40.${host}` });
const lab = (loadBalancers: Balancer[], cluster: object) => ({
  machines: { ...labConfig.machines, loadBalancers },
  cluster: { ...labConfig.cluster, ...cluster },
});
const pair = (loadBalancer: object, cluster: object = {}) => lab([lb(8), lb(9)], { loadBalancer, ...cluster });
const shared = { virtualAddress: "10.89.40.10" };

test("one load balancer of either kind, and two that share an address, have no problem", () => {
  expect(problems(lab([lb(8)], { loadBalancer: { kind: "haproxy" } }))).toEqual([]);
  expect(problems(lab([lb(8)], { loadBalancer: { kind: "nginx" } }))).toEqual([]);
  expect(problems(pair(shared))).toEqual([]);
  expect(problems(pair({ ...shared, kind: "nginx", virtualRouterId: 255, interface: "eth0.7" }))).toEqual([]);
});

test.each([
  [
    "two without a virtual address",
    pair({}),
    "cluster.loadBalancer.virtualAddress: missing, with 2 load balancers; set the address that they share; nodes and clients reach the API at it",
  ],
  [
    "one with a virtual address",
    lab([lb(8)], { loadBalancer: shared }),
    'cluster.loadBalancer.virtualAddress: "10.89.40.10" with 1 load balancer; it takes two to share an address',
  ],
  [
    "three",
    lab([lb(7), lb(8), lb(9)], { loadBalancer: shared }),
    "machines.loadBalancers: 3 load balancers; allowed: 1, 2 with cluster.loadBalancer.virtualAddress, or none together with controlPlaneEndpoint, the address of one that you run yourself",
  ],
  [
    "another kind",
    pair({ ...shared, kind: "envoy" }),
    'cluster.loadBalancer.kind: "envoy" is not allowed; allowed: haproxy, nginx',
  ],
  [
    "a virtual address that is a name",
    pair({ virtualAddress: "api.example.com" }),
    'cluster.loadBalancer.virtualAddress: "api.example.com" is not an IP address; examples: 10.0.0.10, fd00:10::10',
  ],
  [
    "a virtual address that is a machine's",
    pair({ virtualAddress: "10.89.40.12" }),
    'cluster.loadBalancer.virtualAddress: "10.89.40.12" is the address of machines.controlPlanes[1]; it has to be a free one',
  ],
  [
    "a virtual address outside of the lab's network",
    pair({ virtualAddress: "10.89.41.10" }),
    `cluster.loadBalancer.virtualAddress: "10.89.41.10" is outside of the lab's subnet 10.89.40.0/24`,
  ],
  [
    "a router id that is none",
    pair({ ...shared, virtualRouterId: 256 }),
    "cluster.loadBalancer.virtualRouterId: 256 is not a VRRP router id; allowed: 1 to 255",
  ],
  [
    "an interface that is none",
    pair({ ...shared, interface: "eth0 }" }),
    `cluster.loadBalancer.interface: "eth0 }" is not the name of a network interface; 'ip link' on the machines shows them`,
  ],
])("%s", (_, raw, message) => expect(only(raw)).toBe(message));

test("a virtual address of another family than the machines", () => {
  expect(problems(pair({ virtualAddress: "2001:db8::10" }))).toContain(
    '  cluster.loadBalancer.virtualAddress: "2001:db8::10" is IPv6, and its machines are 10.89.40.8 and 10.89.40.9; expected: an address of their family',
  );
});

test("a virtual address among the pods' or the Services'", () => {
  const { controlPlanes, ...machines } = staticConfig.machines;
  const [balancer] = machines.loadBalancers;
  const raw = (virtualAddress: string) => ({
    ...staticConfig,
    machines: {
      ...staticConfig.machines,
      loadBalancers: [balancer, { ...balancer, name: "lb-2", address: "192.0.2.9", privateAddress: "10.0.0.9" }],
    },
    cluster: { ...staticConfig.cluster, loadBalancer: { virtualAddress } },
  });
  expect(problems(raw("10.0.0.2"))).toEqual([]);
  expect(only(raw("10.244.1.1"))).toBe(
    'cluster.loadBalancer.virtualAddress: "10.244.1.1" lies in podCidr "10.244.0.0/16"; it has to be outside of it',
  );
  expect(only(raw("10.96.0.1"))).toBe(
    'cluster.loadBalancer.virtualAddress: "10.96.0.1" lies in serviceCidr "10.96.0.0/12"; it has to be outside of it',
  );
});

test("a machine with a virtual address that is known by name only", () => {
  const { loadBalancers, ...machines } = staticConfig.machines;
  const [first] = loadBalancers;
  expect(
    only({
      ...staticConfig,
      machines: {
        ...machines,
        loadBalancers: [first, { name: "lb-2", address: "lb-2.example.com", hostKey: first.hostKey }],
      },
      cluster: { ...staticConfig.cluster, loadBalancer: { virtualAddress: "10.0.0.2" } },
    }),
  ).toBe(
    'machines.loadBalancers[1].address: "lb-2.example.com" is not an IPv4 address; machines with a virtual address of IPv4 need one',
  );
});

test("settings of what is not there", () => {
  expect(only(lab([], { controlPlaneEndpoint: "api.example.com:6443", loadBalancer: { kind: "nginx" } }))).toBe(
    'cluster.loadBalancer: set, although controlPlaneEndpoint "api.example.com:6443" names a load balancer that you run yourself; leave one of them out',
  );
  expect(problems(lab([lb(8)], { loadBalancer: { virtualRouterId: 7, interface: "eth0" } })).slice(1)).toEqual([
    "  cluster.loadBalancer.interface: belongs to a virtualAddress, and there is none",
    "  cluster.loadBalancer.virtualRouterId: belongs to a virtualAddress, and there is none",
  ]);
});
