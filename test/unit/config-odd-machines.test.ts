import { describe, expect, test } from "vitest";
import { staticConfig } from "../support/fixtures";
import { only } from "../support/problems";

// As config-odd.test.ts, of machines and of what is installed on them.

describe("machines", () => {
  const { machines } = staticConfig;
  const [first, ...others] = machines.controlPlanes;
  const withFirst = (change: object) => ({
    ...staticConfig,
    machines: { ...machines, controlPlanes: [{ ...first, ...change }, ...others] },
  });
  const proxy = { host: "192.0.2.1", hostKey: first.hostKey };
  const withSsh = (ssh: object) => ({ ...staticConfig, machines: { ...machines, ssh } });

  test.each([
    [withFirst({ port: 0 }), "machines.controlPlanes[0].port: 0 is not a port; allowed: 1 to 65535"],
    [withFirst({ user: "" }), 'machines.controlPlanes[0].user: "" is not a login name; examples: root, admin'],
    [
      withFirst({ user: "-oProxy=x" }),
      'machines.controlPlanes[0].user: "-oProxy=x" is not a login name; examples: root, admin',
    ],
    [withSsh({ port: 99999 }), "machines.ssh.port: 99999 is not a port; allowed: 1 to 65535"],
    [withSsh({ proxy: { ...proxy, port: -22 } }), "machines.ssh.proxy.port: -22 is not a port; allowed: 1 to 65535"],
    [
      withSsh({ proxy: { ...proxy, user: "my name" } }),
      'machines.ssh.proxy.user: "my name" is not a login name; examples: root, admin',
    ],
    [
      withFirst({ labels: { "kubeadm-ha/pool": "general" } }),
      "machines.controlPlanes[0].labels.kubeadm-ha/pool: is given to workers by their pool; leave it out",
    ],
    [
      withFirst({ labels: { "a..b/c": "" } }),
      'machines.controlPlanes[0].labels.a..b/c: "a..b/c" is not a valid label key; examples: disk, example.com/disk',
    ],
    [
      withFirst({ providerId: 'aws:///a"b' }),
      'machines.controlPlanes[0].providerId: "aws:///a"b" is not a provider ID; example: aws:///eu-central-1a/i-0123456789abcdef0',
    ],
    [
      withFirst({ privateAddress: "fe80::1%eth0" }),
      'machines.controlPlanes[0].privateAddress: "fe80::1%eth0" is neither an IP address nor a DNS name',
    ],
  ])("%#", (raw, message) => expect(only(raw)).toBe(message));

  test("two of one address, in whatever way each is written", () => {
    const workerPools = [
      {
        name: "general",
        machines: [
          { name: "worker-1", address: "2001:db8::21", privateAddress: "10.0.0.21", hostKey: first.hostKey },
          { name: "worker-2", address: "2001:DB8:0::21", privateAddress: "10.0.0.22", hostKey: first.hostKey },
        ],
      },
    ];
    expect(only({ ...staticConfig, machines: { ...machines, workerPools } })).toBe(
      'machines.workerPools[0].machines[1].address: address "2001:DB8:0::21" is taken by machines.workerPools[0].machines[0]; every machine needs its own',
    );
  });

  test("brackets around what is no IPv6 address", () => {
    const { loadBalancers: _, ...lists } = machines;
    for (const host of ["[10.0.0.100]", "[api.example.com]"])
      expect(
        only({
          ...staticConfig,
          machines: lists,
          cluster: { ...staticConfig.cluster, controlPlaneEndpoint: `${host}:6443` },
        }),
      ).toBe(
        `cluster.controlPlaneEndpoint: "${host}:6443" is not of the form host:port; example: api.example.com:6443`,
      );
  });
});

describe("what is installed", () => {
  const withInstall = (install: object) => ({
    ...staticConfig,
    cluster: { ...staticConfig.cluster, install: { mode: "packages", ...install } },
  });
  test("from an address with a space in it", () => {
    const install = { mode: "bundle", source: "https://example.com/my bundle", sha256: "a".repeat(64) };
    expect(only(withInstall(install))).toBe(
      'cluster.install.source: "https://example.com/my bundle" is neither an absolute directory nor an http(s) address',
    );
  });
  test("past a proxy for a host with a quote in its name", () => {
    expect(only(withInstall({ proxy: { noProxy: ['a"b'] } }))).toBe(
      `cluster.install.proxy.noProxy[0]: "a"b" is not one host, domain or range of addresses`,
    );
  });
});
