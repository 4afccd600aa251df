import { describe, expect, test } from "vitest";
import { labConfig, staticConfig } from "../support/fixtures";
import { only, problems } from "../support/problems";

const { machines } = staticConfig;
const [{ hostKey }] = machines.controlPlanes;

describe("an endpoint of one's own", () => {
  const { loadBalancers: _, ...lists } = machines;
  const workerPools = [{ name: "general", machines: [{ name: "worker-1", address: "192.0.2.21", hostKey }] }];
  const endpoint = (controlPlaneEndpoint: string) => ({
    ...staticConfig,
    machines: { ...lists, workerPools },
    cluster: { ...staticConfig.cluster, controlPlaneEndpoint },
  });
  test("leads to a load balancer that is no machine of the cluster", () => {
    for (const host of ["api.example.com", "192.0.2.100"]) expect(problems(endpoint(`${host}:6443`))).toEqual([]);
  });
  test.each([
    ["192.0.2.11", "controlPlanes[0]"],
    ["10.0.0.12", "controlPlanes[1]"],
    ["cp-3", "controlPlanes[2]"],
    ["192.0.2.21", "workerPools[0].machines[0]"],
  ])("is not a machine of the cluster, as %s", (host, path) => {
    expect(only(endpoint(`${host}:6443`))).toBe(
      `cluster.controlPlaneEndpoint: "${host}:6443" is machines.${path}, one machine; expected: a load balancer in front of all control planes, or a name that leads to one; it never changes in a cluster's life`,
    );
  });
  test("is not a machine of the cluster, in whatever way its address is written", () => {
    const both = { podCidr: "10.244.0.0/16,fd00:10:244::/56", serviceCidr: "10.96.0.0/12,fd00:10:96::/112" };
    const raw = endpoint("[2001:DB8:0::12]:6443");
    const second = (list: object[]) => list.map((machine, i) => ({ ...machine, secondAddress: `2001:db8::${11 + i}` }));
    const pools = [{ name: "general", machines: [] }];
    const lists = { controlPlanes: second(machines.controlPlanes), workerPools: pools };
    expect(only({ ...raw, machines: { ...raw.machines, ...lists }, cluster: { ...raw.cluster, ...both } })).toMatch(
      /^cluster\.controlPlaneEndpoint: "\[2001:DB8:0::12\]:6443" is machines\.controlPlanes\[1\], one machine;/,
    );
  });
  test.each(["localhost", "api.localhost", "127.0.0.1", "127.1.2.3", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]"])(
    "is not what leads nowhere, as %s",
    (host) =>
      expect(only(endpoint(`${host}:6443`))).toMatch(
        /^cluster\.controlPlaneEndpoint: "\S+:6443" does not lead clients to a load balancer; expected: /,
      ),
  );
});

test("two load balancers share an address that leads to one of them", () => {
  const [lb1] = labConfig.machines.loadBalancers;
  const raw = {
    machines: { ...labConfig.machines, loadBalancers: [lb1, { name: "lb-2", address: "10.89.40.9" }] },
    cluster: { ...labConfig.cluster, loadBalancer: { virtualAddress: "127.0.0.1" } },
  };
  expect(problems(raw).join("\n")).toContain(
    'cluster.loadBalancer.virtualAddress: "127.0.0.1" leads to no machine; expected: a free one in their network',
  );
});

describe("a name for load balancers of the cluster", () => {
  const named = (endpointName: string, lists: object = {}) => ({
    ...staticConfig,
    machines: { ...machines, ...lists },
    cluster: { ...staticConfig.cluster, endpointName },
  });
  test("is any DNS name, also that of the load balancer's machine", () => {
    const [lb1] = machines.loadBalancers;
    expect(problems(named("api.example.com"))).toEqual([]);
    expect(problems(named("api"))).toEqual([]);
    expect(problems(named("lb.example.com", { loadBalancers: [{ ...lb1, address: "lb.example.com" }] }))).toEqual([]);
  });
  test.each([
    "API.example.com",
    "api.example.com.",
    "api.example.com:6443",
    "https://api",
    "10.0.0.10",
    "::1",
    "1.2",
    "",
  ])("is not %j", (name) =>
    expect(only(named(name))).toBe(
      `cluster.endpointName: "${name}" is not a DNS name in lowercase; example: api.example.com, without a port`,
    ),
  );
  test("does not lead to one machine, nor nowhere", () => {
    expect(only(named("cp-2"))).toBe(
      'cluster.endpointName: "cp-2" is machines.controlPlanes[1], one machine; expected: a name that leads to the load balancers',
    );
    for (const name of ["localhost", "api.localhost"])
      expect(only(named(name))).toBe(
        `cluster.endpointName: "${name}" leads every machine to itself; example: api.example.com`,
      );
  });
  test("does not stand beside an endpoint of one's own", () => {
    const raw = named("api.example.com", { loadBalancers: [] });
    expect(only({ ...raw, cluster: { ...raw.cluster, controlPlaneEndpoint: "lb.example.com:6443" } })).toBe(
      'cluster.endpointName: "api.example.com" is a name for load balancers of this cluster, and its endpoint is another\'s; leave it out',
    );
  });
});
