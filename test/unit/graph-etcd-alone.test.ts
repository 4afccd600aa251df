import { beforeAll, expect, test } from "vitest";
import { ExternalEtcd, type ExternalEtcdArgs, InstallMode } from "../../components";
import { newAuthority } from "../support/authority";
import { sshKey } from "../support/fixtures";
import { type Registration, recordProgram, resolved } from "../support/graph";

const ssh = { privateKey: sshKey, hostKey: "ssh-ed25519 AAAA" };
const machine = (host: number) => ({ name: `etcd-${host}`, address: `10.0.0.${host}`, ssh });
const machines = [1, 2, 3].map(machine);

let graph: Registration[];
let outputs: Record<string, { value: unknown; secret: boolean }>;

beforeAll(async () => {
  graph = await recordProgram(
    async () => {
      const etcd = new ExternalEtcd("store", { machines, etcd: { snapshotCount: 5000 } });
      const { endpoints, caCertificate, clientCertificate, clientKey } = etcd;
      const all = Object.entries({ endpoints, caCertificate, clientCertificate, clientKey });
      outputs = Object.fromEntries(
        await Promise.all(all.map(async ([key, output]) => [key, await resolved<unknown>(output)])),
      );
    },
    { config: {} },
  );
});

const step = (name: string) => {
  const found = graph.filter((r) => r.name === name && r.type.startsWith("command:"));
  expect(found, `exactly one step ${name}`).toHaveLength(1);
  return found[0];
};

test("an etcd alone has the steps that it has in a cluster, and none of Kubernetes", () => {
  const ofEach = (names: (machine: string) => string[]) => machines.flatMap(({ name }) => names(name));
  expect(
    graph
      .filter((r) => r.type.startsWith("command:"))
      .map((r) => r.name)
      .sort(),
  ).toEqual(
    [
      "store-etcd-init",
      "store-members-prune",
      "store-etcd-dissolve",
      ...ofEach((name) => [
        `store-${name}-prepare`,
        `store-${name}-stage`,
        `store-${name}-leave`,
        `store-${name}-join`,
        `store-rollout-${name}`,
      ]),
    ].sort(),
  );
  const components = graph.filter((r) => r.parent === "store" && r.type.startsWith("kubeadm-ha:"));
  expect(components.map((r) => `${r.type.split(":")[2]} ${r.name}`).sort()).toEqual([
    "EtcdCertificates store-etcd-pki",
    "EtcdCluster store",
    ...ofEach((name) => [`EtcdSoftware store-${name}`]),
    ...ofEach((name) => [`Host store-${name}`]),
    "Members store-members",
    "Rollout store-rollout",
  ]);
});

test("living members have their turns one after the other, when those who left the list are gone", () => {
  const waits = (name: string) => step(name).dependencies.filter((each) => !/-pki-/.test(each));
  expect(waits("store-members-prune")).toEqual(
    expect.arrayContaining(machines.map(({ name }) => `store-${name}-join`)),
  );
  expect(waits("store-rollout-etcd-1")).toContain("store-members-prune");
  expect(waits("store-rollout-etcd-3")).toEqual(["store-rollout-etcd-2"]);
  expect(step("store-etcd-2-join").clear.stdin).toContain("--snapshot-count=5000");
});

test("its outputs are what the API servers of a kubeadm cluster need; the key alone is a secret", () => {
  expect(outputs).toEqual({
    endpoints: { value: machines.map(({ address }) => `https://${address}:2379`), secret: false },
    caCertificate: { value: expect.stringContaining("CERTIFICATE store-etcd-pki-ca"), secret: false },
    clientCertificate: { value: "CERTIFICATE store-etcd-pki-apiserver-client", secret: false },
    clientKey: { value: "KEY store-etcd-pki-apiserver-client-key", secret: true },
  });
});

test("its CA is protected unless that is not wanted, and may be another's", async () => {
  const protectedNames = (all: Registration[]) => all.filter((r) => r.protect).map((r) => r.name);
  expect(protectedNames(graph)).toEqual(["store-etcd-pki-ca-key", "store-etcd-pki-ca"]);
  const make = (args: Partial<ExternalEtcdArgs>) =>
    recordProgram(async () => void new ExternalEtcd("store", { machines, ...args }), { config: {} });
  expect(protectedNames(await make({ protect: false }))).toEqual([]);
  const own = await make({ authority: await newAuthority() });
  expect(own.filter((r) => r.type.includes("SelfSigned"))).toEqual([]);
  expect(own.filter((r) => r.type.includes("LocallySigned"))).toHaveLength(8);
});

test("what it cannot be made with is refused, all at once, by the names of its own arguments", () => {
  const refused = (args: ExternalEtcdArgs) => () => new ExternalEtcd("store", args);
  expect(
    refused({
      machines: [machine(1), machine(1)],
      install: { mode: InstallMode.Packages, etcdArchive: "etcd.tar.gz" },
      etcd: { dataDir: "/etc/etcd" },
      certificates: { validityDays: 40_000 },
      authority: { certificate: "ca.crt", privateKey: Promise.resolve("KEY") },
    }),
  ).toThrow(
    new RegExp(
      [
        'ExternalEtcd "store" has 8 problems; nothing of it was made:',
        'authority.certificate: "ca.crt" is the path of a file; .*',
        "certificates.validityDays: 40000 is not a valid number of days; allowed: 1 to 36500",
        'etcd.dataDir: "/etc/etcd" is where the unit of etcd may not write .*',
        'install.etcdArchive: "etcd.tar.gz" is neither the absolute path of a file nor an http\\(s\\) address',
        'install.etcdArchiveSha256: "" is not a SHA-256; .*',
        "machines: 2 machines of etcd; allowed: 3, 5 or 7, .*",
        'machines\\[1\\].address: address "10.0.0.1" is taken by machines\\[0\\]; every machine needs its own',
        'machines\\[1\\].name: name "etcd-1" is taken by machines\\[0\\]; every machine needs its own',
      ].join("\n *"),
    ),
  );
  expect(refused({ machines: [] })).toThrow("machines: 0 machines of etcd; allowed: 3, 5 or 7");
});
