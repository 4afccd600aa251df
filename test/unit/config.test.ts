import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { InstallMode } from "../../components";
import { withDefaults } from "../../config/defaults";
import { labConfig, sshKey, staticConfig } from "../support/fixtures";
import { only, problems } from "../support/problems";

const root = join(__dirname, "../..");

const withCluster = (cluster: object) => ({ ...labConfig, cluster: { ...labConfig.cluster, ...cluster } });
const withMachines = (machines: object) => ({ ...labConfig, machines: { ...labConfig.machines, ...machines } });

test("the configurations of the example stacks have no problem", () => {
  expect(problems(labConfig)).toEqual([]);
  expect(problems(staticConfig)).toEqual([]);
});

test("the stacks in stacks/ have no problem", () => {
  const stacks = readdirSync(join(root, "stacks")).filter((file) => /^Pulumi\.(lab|static).*\.yaml$/.test(file));
  expect(stacks.length).toBeGreaterThanOrEqual(2);
  for (const file of stacks) {
    const { config } = parse(readFileSync(join(root, "stacks", file), "utf8"));
    const raw = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.replace("kubeadm-ha:", ""), value]),
    );
    const secret = file.includes("static") ? { sshPrivateKey: sshKey } : {};
    expect(problems({ ...raw, ...secret }), file).toEqual([]);
  }
});

test("the README names every key there is, and no other", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const named = [...readme.matchAll(/`(cluster\.\w+)`/g)].map(([, key]) => key);
  const [, known] = /known here: (.*)/.exec(problems(withCluster({ unknown: 1 })).join("\n")) ?? [];
  expect([...new Set(named)].sort()).toEqual(
    known
      .split(", ")
      .map((key) => `cluster.${key}`)
      .sort(),
  );
});

test("every problem comes at once, of form and of meaning, each with its path", () => {
  const [cp1, cp2] = labConfig.machines.controlPlanes;
  expect(
    problems({
      machines: {
        ...labConfig.machines,
        controlPlanes: [
          cp1,
          { ...cp2, name: "cp-1" },
          { name: "cp-3", address: "10.89.40.11" },
          { name: "cp-4", address: "10.1.1.1" },
        ],
      },
      cluster: {
        kubernetesVersion: "1.29.1",
        podCIDR: "10.1.0.0/16",
        podCidr: "10.96.0.0/16",
        leaderElection: { leaseDuration: "10s", renewDeadline: "10s" },
      },
    }).join("\n"),
  ).toBe(
    `the configuration has 8 problems; nothing was touched:
  cluster.kubernetesVersion: "1.29.1" is not supported; supported: 1.36.x
  cluster.leaderElection.renewDeadline: "10s" is too long for leaseDuration "10s"; it must be less than that
  cluster.podCidr: "10.96.0.0/16" overlaps serviceCidr "10.96.0.0/12"; they must have no address in common
  cluster.podCIDR: unknown; known here: kubernetesVersion, loadBalancer, controlPlaneEndpoint, endpointName, install, podCidr, serviceCidr, dnsDomain, extraSans, apiServer, controllerManager, scheduler, etcd, security, leaderElection, featureGates, patches, imageRepository, kubelet, kubeProxy, ignorePreflightErrors, schedulable, cloudProvider, cni, certificates, protect, generation
  machines.controlPlanes: 4 control planes; allowed: 3, 5 or 7 (etcd keeps its quorum with 1, 2 or 3 of them lost; an even number adds a machine that can fail, not one that may)
  machines.controlPlanes[1].name: name "cp-1" is taken by machines.controlPlanes[0]; every machine needs its own
  machines.controlPlanes[2].address: address "10.89.40.11" is taken by machines.controlPlanes[0]; every machine needs its own
  machines.controlPlanes[3].address: "10.1.1.1" is outside of the lab's subnet 10.89.40.0/24`,
  );
});

describe("machines", () => {
  test("two masters", () => {
    expect(only(withMachines({ controlPlanes: labConfig.machines.controlPlanes.slice(0, 2) }))).toMatch(
      /^machines\.controlPlanes: 2 control planes; allowed: 3, 5 or 7 /,
    );
  });
  const called = (name: string) => {
    const [first, ...others] = labConfig.machines.controlPlanes;
    return withMachines({ controlPlanes: [{ ...first, name }, ...others] });
  };
  test.each(["CP_1", "cp-1.", "cp..1", "-cp", "cp-1.Example.com", "10.0.0.1", "", `${"a".repeat(60)}.com`])(
    "a name that is not %j",
    (name) => {
      expect(only(called(name))).toBe(
        `machines.controlPlanes[0].name: "${name}" is not the name of a machine; allowed: DNS names in lowercase, 63 characters at most, for example cp-1 or cp-1.example.com`,
      );
    },
  );
  test.each(["cp-1.example.com", "1", "a".repeat(63), `${"a".repeat(59)}.com`])("a name that is %j", (name) => {
    expect(problems(called(name))).toEqual([]);
  });
  test("what Nodes are told of their machines", () => {
    const [first, ...others] = labConfig.machines.controlPlanes;
    const labels = {
      "example.com/disk": "ssd",
      "node-role.kubernetes.io/etcd": "",
      "node.kubernetes.io/pool": "a b",
      _a: "b",
    };
    const raw = withMachines({
      controlPlanes: [
        { ...first, labels, zone: "zone a", region: "eu", providerId: "i-0123", dnsNames: ["CP-1"] },
        ...others,
      ],
    });
    expect(
      problems(raw)
        .slice(1)
        .map((line) => line.trim()),
    ).toEqual([
      'machines.controlPlanes[0].dnsNames[0]: "CP-1" is not a DNS name in lowercase; example: ip-10-0-0-11.eu-central-1.compute.internal',
      'machines.controlPlanes[0].labels._a: "_a" is not a valid label key; examples: disk, example.com/disk',
      'machines.controlPlanes[0].labels.node-role.kubernetes.io/etcd: a kubelet may not set "node-role.kubernetes.io/etcd"; allowed below kubernetes.io and k8s.io: kubernetes.io/hostname, kubernetes.io/arch, kubernetes.io/os, node.kubernetes.io/instance-type, topology.kubernetes.io/region, topology.kubernetes.io/zone, and what is below node.kubernetes.io and kubelet.kubernetes.io',
      'machines.controlPlanes[0].labels.node.kubernetes.io/pool: "a b" is not a valid label value; allowed: letters, digits and inner ., _ and -, 63 at most',
      'machines.controlPlanes[0].providerId: "i-0123" is not a provider ID; example: aws:///eu-central-1a/i-0123456789abcdef0',
      'machines.controlPlanes[0].zone: "zone a" is not a valid label value; allowed: letters, digits and inner ., _ and -, 63 at most',
    ]);
  });
  test("no load balancer and no endpoint, and both", () => {
    expect(only(withMachines({ loadBalancers: [] }))).toMatch(
      /^machines\.loadBalancers: 0 load balancers; allowed: 1, 2 with cluster\.loadBalancer\.virtualAddress, or none together/,
    );
    expect(only(withCluster({ controlPlaneEndpoint: "api.example.com:6443" }))).toMatch(
      /^machines\.loadBalancers: 1 load balancer together with/,
    );
  });
  test("an endpoint of one's own, without a port", () => {
    const raw = {
      ...withMachines({ loadBalancers: [] }),
      cluster: { ...labConfig.cluster, controlPlaneEndpoint: "api.example.com" },
    };
    expect(only(raw)).toBe(
      'cluster.controlPlaneEndpoint: "api.example.com" is not of the form host:port; example: api.example.com:6443',
    );
  });
  test("static machines without the key, or with a host key that is none", () => {
    expect(only({ ...staticConfig, sshPrivateKey: undefined })).toMatch(/^sshPrivateKey: missing; set the key/);
    const [first, ...others] = staticConfig.machines.controlPlanes;
    const raw = {
      ...staticConfig,
      machines: { ...staticConfig.machines, controlPlanes: [{ ...first, hostKey: "SHA256:abc" }, ...others] },
    };
    expect(only(raw)).toBe(
      `machines.controlPlanes[0].hostKey: "SHA256:abc" is not a public host key; expected: one line such as "ecdsa-sha2-nistp256 AAAA…", 'cat /etc/ssh/ssh_host_ecdsa_key.pub' on the machine prints it`,
    );
  });
});

describe("settings", () => {
  test.each([
    [
      { podCidr: "10.244.0.0/16x" },
      'cluster.podCidr: "10.244.0.0/16x" is not a valid range of addresses; example: 10.244.0.0/16, with no bit set beyond the prefix',
    ],
    [
      { podCidr: "10.244.0.1/16" },
      'cluster.podCidr: "10.244.0.1/16" is not a valid range of addresses; example: 10.244.0.0/16, with no bit set beyond the prefix',
    ],
    [{ podCidr: "10.244.0.0/23" }, 'cluster.podCidr: "10.244.0.0/23" has room for 2 nodes; needed: 3, with a /24 each'],
    [
      { serviceCidr: "172.16.0.0/11" },
      'cluster.serviceCidr: "172.16.0.0/11" is not a valid range of addresses; example: 10.244.0.0/16, with no bit set beyond the prefix',
    ],
    [
      { serviceCidr: "100.64.0.0/10" },
      'cluster.serviceCidr: "100.64.0.0/10" is too large; the API server takes 20 bits of addresses at most (/12)',
    ],
    [
      { leaderElection: { retryPeriod: "9s" } },
      'cluster.leaderElection.retryPeriod: "9s" is too long for renewDeadline "10s"; with a jitter of 1.2 it must be less than that',
    ],
    [
      { leaderElection: { leaseDuration: "fast" } },
      'cluster.leaderElection.leaseDuration: "fast" is not a duration above zero; examples: 15s, 1m30s',
    ],
    [{ dnsDomain: "cluster_local" }, 'cluster.dnsDomain: "cluster_local" is not a DNS domain; example: cluster.local'],
    [{ extraSans: ["https://api"] }, 'cluster.extraSans[0]: "https://api" is neither a DNS name nor an IP address'],
    [
      { apiServer: { extraArgs: { "--v": "2" } } },
      'cluster.apiServer.extraArgs.--v: "--v" is not a flag name; write it without the leading dashes',
    ],
    [
      { scheduler: { extraArgs: { "leader-elect-retry-period": "2s" } } },
      "cluster.scheduler.extraArgs.leader-elect-retry-period: use leaderElection",
    ],
    [
      { patches: [{ target: "coredns", patch: "{}" }] },
      'cluster.patches[0].target: "coredns" cannot be patched; allowed: kube-apiserver, kube-controller-manager, kube-scheduler, etcd, kubeletconfiguration, corednsdeployment',
    ],
    [
      { patches: [{ target: "etcd", patch: "/etc/patch.yaml" }] },
      "cluster.patches[0].patch: is not a map of fields, as YAML or JSON; expected: the patch itself",
    ],
    [
      { patches: [{ target: "etcd", type: "json", patch: "op: add" }] },
      "cluster.patches[0].patch: is not a list of operations, as YAML or JSON; expected: the patch itself",
    ],
    [
      { install: { mode: "preinstalled" } },
      "cluster.install: lab machines install from the lab's own bundle, or from packages; leave it out, or set mode: packages",
    ],
  ])("%j", (cluster, message) => expect(only(withCluster(cluster))).toBe(message));

  test("machines inside of the pods' addresses", () => {
    expect(only(withCluster({ podCidr: "10.89.0.0/16" }))).toBe(
      'cluster.podCidr: "10.89.0.0/16" holds the addresses of cp-1, cp-2, cp-3, lb-1; machines must lie outside of it',
    );
  });
});

test("an entry of the user's takes none of a source's own away", () => {
  const defaults = {
    ignorePreflightErrors: ["NumCPU", "Mem"],
    kubelet: { failSwapOn: false },
    install: { mode: InstallMode.Bundle, source: "/bundle" },
  };
  const given = { kubernetesVersion: "1.36.3", ignorePreflightErrors: ["Mem", "Port-80"], kubelet: { maxPods: 99 } };
  expect(withDefaults(given, defaults)).toMatchObject({
    ignorePreflightErrors: ["NumCPU", "Mem", "Port-80"],
    kubelet: { failSwapOn: false, maxPods: 99 },
    install: defaults.install,
  });
  expect(withDefaults({ install: { mode: InstallMode.Packages } }, defaults).install).toEqual({
    mode: InstallMode.Packages,
  });
  expect(withDefaults({ kubelet: { failSwapOn: true } }, defaults).kubelet).toEqual({ failSwapOn: true });
});
