import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { labFacts } from "../support/fixtures";
import { type Registration, recordGraph } from "../support/graph";

let graph: Registration[];

beforeAll(async () => {
  labFacts();
  const { config } = parse(readFileSync(join(__dirname, "../../stacks/Pulumi.lab-external-etcd.yaml"), "utf8"));
  graph = await recordGraph({
    config: { machines: config["kubeadm-ha:machines"], cluster: config["kubeadm-ha:cluster"] },
    stack: "x",
  });
}, 60_000);

const named = (name: string) => {
  const found = graph.filter((r) => r.name === name && !r.type.startsWith("kubeadm-ha:"));
  expect(found, `exactly one resource ${name}`).toHaveLength(1);
  return found[0];
};
const members = ["etcd-1", "etcd-2", "etcd-3"];

test("the resources of etcd, their names and their parents are what they were: URNs are public API", () => {
  const ofEtcd = graph.filter((r) => /etcd/.test(`${r.type} ${r.name}`) && !r.type.startsWith("command:local"));
  expect(ofEtcd.map((r) => `${r.parent} > ${r.type} ${r.name}`).sort()).toMatchSnapshot();
});

test("every step waits for what it needs, and for nothing else", () => {
  const waits = (name: string) => named(name).dependencies.filter((d) => !/-key$|-pki-|machines/.test(d));
  for (const member of members) {
    expect(waits(`x-${member}-prepare`)).toEqual([]);
    // Not for each other: they start at the same time.
    expect(waits(`x-${member}-stage`)).toEqual([`x-${member}-prepare`]);
    expect(waits(`x-${member}-join`)).toEqual(["x-etcd-init", `x-${member}-leave`, `x-${member}-stage`].sort());
  }
  expect(waits("x-etcd-init")).toEqual(["x-etcd-1-stage"]);
  // In turns, and before the control planes have theirs.
  expect(waits("x-rollout-etcd-2")).toEqual(["x-rollout-etcd-1"]);
  expect(waits("x-rollout-etcd-3")).toEqual(["x-rollout-etcd-2"]);
  expect(waits("x-rollout-cp-1")).toEqual(["x-rollout-etcd-3"]);
  expect(waits("x-init")).toEqual(
    expect.arrayContaining(["x-cp-1-stage", ...members.map((member) => `x-${member}-join`)]),
  );
});

test("etcd is born once, and again only for another generation", () => {
  const init = named("x-etcd-init");
  expect(init.ignoreChanges).toEqual(["connection", "create", "stdin"]);
  expect(init.inputs.triggers).toEqual(named("x-init").inputs.triggers);
  for (const member of members)
    expect(named(`x-${member}-join`).inputs.triggers).toEqual([`stdout of x-machines-${member}`]);
});

test("the key of etcd's CA leaves Pulumi for no machine, and no machine has another's key", () => {
  for (const { name, type, clear } of graph) {
    if (type !== "command:remote:Command") continue;
    expect(String(clear.stdin), name).not.toMatch(/^KEY x-pki-etcd-ca-key$/m);
    const [own] = /etcd-\d/.exec(name) ?? [];
    for (const member of members.filter((other) => other !== (own ?? (name === "x-etcd-init" ? "etcd-1" : undefined))))
      expect(String(clear.stdin), name).not.toMatch(new RegExp(`^KEY x-etcd-pki-${member}`, "m"));
  }
});

test("control planes get a client certificate of etcd, its endpoints, and no member's place", () => {
  for (const step of ["x-init", "x-cp-2-join"]) {
    const stdin = String(named(step).clear.stdin);
    expect(stdin).toContain("KEY x-etcd-pki-apiserver-client-key");
    expect(stdin).toContain("CERTIFICATE x-pki-etcd-ca");
    expect(stdin).toMatch(
      /endpoints:\n +- https:\/\/[\d.]+21:2379\n +- https:\/\/[\d.]+22:2379\n +- https:\/\/[\d.]+23:2379\n/,
    );
    expect(stdin).not.toContain("input/etcd-data-dir");
  }
});

test("leaves have the names and uses that etcd asks for, and are renewed in time", () => {
  expect(
    graph.find((r) => r.name === "x-etcd-pki-etcd-2-peer" && r.type.includes("CertRequest"))?.inputs,
  ).toMatchObject({
    subject: { commonName: "etcd-2" },
    dnsNames: ["etcd-2", "localhost"],
    ipAddresses: ["127.0.0.1", "::1", expect.stringMatching(/^10\.89\.\d+\.22$/)],
  });
  const signed = graph.filter((r) => r.type.includes("LocallySignedCert") && r.name.startsWith("x-etcd-pki-"));
  expect(signed).toHaveLength(8);
  for (const { name, inputs } of signed) {
    expect(inputs.allowedUses, name).toEqual(
      name.endsWith("-client")
        ? ["digital_signature", "key_encipherment", "client_auth"]
        : ["digital_signature", "key_encipherment", "server_auth", "client_auth"],
    );
    expect(Number(inputs.earlyRenewalHours), name).toBeGreaterThan(60 * 24);
    expect(Number(inputs.validityPeriodHours), name).toBeLessThan(10_000);
  }
});
