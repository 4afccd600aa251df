import { expect, test } from "vitest";
import { checkConfig } from "../../config";
import { labConfig } from "../support/fixtures";

function problems(machines: object, cluster: object): string[] {
  try {
    checkConfig({
      machines: { ...labConfig.machines, ...machines },
      cluster: { ...labConfig.cluster, ...cluster },
    });
  } catch (error) {
    return (error as Error).message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

const machines = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ name: `etcd-${i + 1}`, address: `10.89.40.${21 + i}` }));

test.each([3, 5, 7])("%i machines of etcd are allowed", (count) => {
  expect(problems({ etcd: machines(count) }, {})).toEqual([]);
});

test.each([1, 2, 4, 6, 9])("%i machines of etcd are not", (count) => {
  expect(problems({ etcd: machines(count) }, {})).toEqual([
    `machines.etcd: ${count} machines of etcd; allowed: 3, 5 or 7, or none (it keeps its quorum with 1, 2 or 3 of them lost; an even number adds a machine that can fail, not one that may)`,
  ]);
});

test("a machine of etcd has a name and an address of its own", () => {
  const [, ...others] = machines(3);
  expect(problems({ etcd: [{ name: "cp-1", address: "10.89.40.11" }, ...others] }, {})).toEqual([
    'machines.etcd[0].address: address "10.89.40.11" is taken by machines.controlPlanes[0]; every machine needs its own',
    'machines.etcd[0].name: name "cp-1" is taken by machines.controlPlanes[0]; every machine needs its own',
  ]);
});

test("a patch of etcd's pod, where there is none", () => {
  expect(problems({ etcd: machines(3) }, { patches: [{ target: "etcd", patch: "{}" }] })).toEqual([
    'cluster.patches[0].target: "etcd" is not a pod of kubeadm where etcd has machines of its own; use etcd.extraArgs',
  ]);
});

test.each([
  [
    { heartbeatInterval: 300 },
    "electionTimeout: 1000 ms is too short for a heartbeatInterval of 300 ms; needed: 5 of them, better 10",
  ],
  [{ electionTimeout: 60000 }, "electionTimeout: 60000 ms is too long; allowed: 50000 ms at most"],
  [{ snapshotCount: 0 }, "snapshotCount: 0 is not above zero"],
  [{ quotaBackendBytes: "8G" }, 'quotaBackendBytes: "8G" is of the wrong type; expected: number'],
  [
    { autoCompactionMode: "revision" },
    "autoCompactionRetention: missing; autoCompactionMode and autoCompactionRetention go together",
  ],
  [
    { autoCompactionRetention: "8h" },
    "autoCompactionMode: missing; autoCompactionMode and autoCompactionRetention go together",
  ],
  [
    { autoCompactionMode: "revision", autoCompactionRetention: "8h" },
    'autoCompactionRetention: "8h" is not a number of revisions; example: 10000',
  ],
  [
    { autoCompactionMode: "periodic", autoCompactionRetention: "1000" },
    'autoCompactionRetention: "1000" is not a duration above zero; examples: 8h, 30m',
  ],
  [
    { dataDir: "data/etcd" },
    'dataDir: "data/etcd" is not an absolute path of letters, digits, dots, hyphens and underscores; example: /var/lib/etcd',
  ],
  [
    { dataDir: "/data/../etcd" },
    'dataDir: "/data/../etcd" is not an absolute path of letters, digits, dots, hyphens and underscores; example: /var/lib/etcd',
  ],
  [{ extraArgs: { "snapshot-count": "5" } }, "extraArgs.snapshot-count: use snapshotCount"],
  [
    { extraArgs: { "initial-cluster-state": "new" } },
    "extraArgs.initial-cluster-state: is what makes a member one of this cluster; leave it out",
  ],
  [
    { extraArgs: { "client-cert-auth": "false" } },
    "extraArgs.client-cert-auth: is what makes a member one of this cluster; leave it out",
  ],
])("%j", (etcd, message) => {
  expect(problems({}, { etcd })).toEqual([`cluster.etcd.${message}`]);
});

test("what etcd accepts is accepted, stacked or external", () => {
  const etcd = {
    heartbeatInterval: 250,
    electionTimeout: 2500,
    quotaBackendBytes: 8589934592,
    autoCompactionMode: "periodic",
    autoCompactionRetention: "30m",
    snapshotCount: 50000,
    dataDir: "/data/etcd",
    extraArgs: { "listen-metrics-urls": "http://0.0.0.0:2381", "log-level": "warn" },
  };
  expect(problems({}, { etcd })).toEqual([]);
  expect(problems({ etcd: machines(3) }, { etcd })).toEqual([]);
});
