import { describe, expect, test } from "vitest";
import { staticConfig } from "../support/fixtures";
import { only, problems } from "../support/problems";

const { machines } = staticConfig;
const [first, ...others] = machines.controlPlanes;
const { privateAddress: _, ...bare } = first;
const { hostKey } = first;
const withMachines = (lists: object) => ({ ...staticConfig, machines: { ...machines, ...lists } });
const controlPlane = (fields: object) => withMachines({ controlPlanes: [{ ...bare, ...fields }, ...others] });

describe("the address at which others reach a Node", () => {
  test("is an IP address, and SSH may connect to a name", () => {
    expect(problems(controlPlane({ address: "cp-1.example.com", privateAddress: "10.0.0.11" }))).toEqual([]);
    expect(only(controlPlane({ address: "cp-1.example.com" }))).toBe(
      'machines.controlPlanes[0].address: "cp-1.example.com" is a name, and a Node needs an IP address; set privateAddress beside it, and SSH goes on connecting to the name',
    );
    expect(only(controlPlane({ privateAddress: "cp-1.internal" }))).toBe(
      'machines.controlPlanes[0].privateAddress: "cp-1.internal" is a name, and a Node needs an IP address; expected: the one that it leads to',
    );
    const workerPools = [
      { name: "general", machines: [{ name: "worker-1", address: "worker-1.example.com", hostKey }] },
    ];
    expect(only(withMachines({ workerPools }))).toMatch(
      /^machines\.workerPools\[0\]\.machines\[0\]\.address: "worker-1\.example\.com" is a name, and a Node needs/,
    );
  });
  test("of a load balancer, or of a member of an external etcd, may be a name", () => {
    const named = (name: string) => ({ name, address: `${name}.example.com`, hostKey });
    const lists = { loadBalancers: [named("lb-1")], etcd: ["etcd-1", "etcd-2", "etcd-3"].map(named) };
    expect(problems(withMachines(lists))).toEqual([]);
  });
  test("leads to it from everywhere, and SSH may go through a tunnel", () => {
    expect(problems(controlPlane({ address: "127.0.0.1", privateAddress: "10.0.0.11" }))).toEqual([]);
    for (const privateAddress of ["127.0.0.1", "0.0.0.0", "::1", "169.254.1.1", "224.0.0.1", "fe80::1"]) {
      expect(only(controlPlane({ privateAddress }))).toBe(
        `machines.controlPlanes[0].privateAddress: "${privateAddress}" does not lead others to this machine; expected: the address that does`,
      );
    }
    expect(only(withMachines({ loadBalancers: [{ name: "lb-1", address: "localhost", hostKey }] }))).toMatch(
      /^machines\.loadBalancers\[0\]\.address: "localhost" does not lead others to this machine/,
    );
  });
});
