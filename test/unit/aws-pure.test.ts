import { describe, expect, test } from "vitest";
import { architectureOf, isLargeEnough, isNitro } from "../../components/machines/aws/images";
import { balancerName, securityGroupName } from "../../components/machines/aws/names";
import { place, subnetCidrs, zoneOf } from "../../components/machines/aws/placement";
import { forwardingOnly, userData } from "../../components/machines/aws/user-data";
import { overlap, parseCidr } from "../../components/values/addresses";

const zones = ["r-1a", "r-1b", "r-1c"];
const named = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `cp-${i + 1}` }));

describe("zones", () => {
  test.each([3, 5, 7])("%i machines are spread evenly", (count) => {
    const counts = zones.map((zone) => named(count).filter((machine) => zoneOf(machine, zones) === zone).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });
  test("one more machine, one less, or another order moves no other", () => {
    const placed = (machines: { name: string }[]) =>
      Object.fromEntries(place({ cluster: "c", zones, controlPlanes: machines }).map(({ name, zone }) => [name, zone]));
    const five = placed(named(5));
    expect(placed(named(7))).toMatchObject(five);
    expect(five).toMatchObject(placed(named(5).filter(({ name }) => name !== "cp-2")));
    expect(placed(named(5).reverse())).toEqual(five);
  });
  test("of a full domain name its first label counts", () => {
    for (const name of ["cp-1", "cp-2", "worker12"])
      expect(zoneOf({ name: `${name}.example2.com` }, zones)).toBe(zoneOf({ name }, zones));
    expect(zoneOf({ name: "bastion.example2.com" }, zones)).toBeUndefined();
  });

  test("a zone that is appended moves nobody, and is for those who name it", () => {
    const more = [...zones, "r-1d"];
    for (const machine of named(7)) expect(zoneOf(machine, more), machine.name).toBe(zoneOf(machine, zones));
    expect(zoneOf({ name: "cp-4", zone: "r-1d" }, more)).toBe("r-1d");
  });
});

describe("subnets", () => {
  test.each(["10.0.0.0/16", "172.31.128.0/20", "192.168.4.0/24"])(
    "of %s are inside of it, and none overlaps another",
    (vpc) => {
      const all = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) => Object.values(subnetCidrs(vpc, i)));
      expect(new Set(all).size).toBe(16);
      const parsed = all.map((cidr) => parseCidr(cidr) ?? expect.fail(cidr));
      const whole = parseCidr(vpc) ?? expect.fail(vpc);
      parsed.forEach((cidr, i) => {
        expect(overlap(whole, cidr)).toBe(true);
        for (const other of parsed.slice(i + 1)) expect(overlap(cidr, other), `${cidr} ${other}`).toBe(false);
      });
    },
  );
  test("of the default VPC", () => {
    expect([0, 1, 2].map((i) => subnetCidrs("10.0.0.0/16", i))).toEqual([
      { private: "10.0.0.0/20", public: "10.0.128.0/20" },
      { private: "10.0.16.0/20", public: "10.0.144.0/20" },
      { private: "10.0.32.0/20", public: "10.0.160.0/20" },
    ]);
  });
});

test("the processor follows from the instance type", () => {
  for (const type of ["t4g.micro", "m7g.large", "c6gn.xlarge", "r8gd.large", "x2gd.large", "im4gn.large", "a1.large"])
    expect(architectureOf(type), type).toBe("arm64");
  for (const type of ["t3.micro", "m6i.large", "g5.xlarge", "c7a.large", "m5zn.large", "i4i.large"])
    expect(architectureOf(type), type).toBe("x86_64");
  expect(["t2.large", "m4.large", "c3.large"].map(isNitro)).toEqual([false, false, false]);
  expect(["t3.large", "m5.large", "c7g.large"].map(isNitro)).toEqual([true, true, true]);
  expect(["t3.micro", "m7g.medium"].map(isLargeEnough)).toEqual([false, false]);
  expect(["t3.medium", "t4g.medium", "m6i.large"].map(isLargeEnough)).toEqual([true, true, true]);
});

test("the load balancer's name is one that AWS and kubeadm take", () => {
  expect(balancerName("internal-tools")).toBe("int-tools-api");
  expect(balancerName("prod")).toBe("prod-api");
  expect(balancerName("Prod_EU.1")).toBe("prod-eu-1-api");
  for (const name of ["x".repeat(80), "a-".repeat(40), "-a-"])
    expect(balancerName(name)).toMatch(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])$/);
});

test("a security group's name does not pass for an id", () => {
  expect(securityGroupName("prod", "etcd")).toBe("prod-etcd");
  expect(securityGroupName("sg-prod", "etcd")).toBe("cluster-sg-prod-etcd");
});

test("user data", () => {
  const boot = { hostname: "cp-1", hostKey: { private: "PRIVATE\nKEY\n", public: "ecdsa PUBLIC\n" } };
  expect(
    userData({
      ...boot,
      authorizedKeys: ["ssh-ed25519 CLIENT\n"],
      etcdVolume: { id: "vol-0a", script: "#!/bin/sh\necho\n", unit: "[Unit]\n" },
    }),
  ).toMatchSnapshot();
  expect(userData({ ...boot, authorizedKeys: [forwardingOnly("ssh-ed25519 CLIENT\n")] })).toMatchSnapshot();
});
