import { beforeAll, expect, test } from "vitest";
import { labConfig, labFacts } from "../support/fixtures";
import { type Registration, recordGraph } from "../support/graph";

let graph: Registration[];

beforeAll(async () => {
  labFacts();
  const workerPools = [{ name: "general", machines: [{ name: "worker-1", address: "10.89.40.21" }] }];
  const config = {
    machines: { ...labConfig.machines, workerPools },
    cluster: { ...labConfig.cluster, certificates: { mode: "kubeadm" } },
  };
  graph = await recordGraph({ config, stack: "lab" });
});

const named = (name: string) => {
  const found = graph.filter((r) => r.name === name && r.type.startsWith("command:"));
  expect(found, `exactly one step ${name}`).toHaveLength(1);
  return found[0];
};
const steps = () => graph.filter((r) => r.type.startsWith("command:"));

test("no authority is made here, and no key of one can be in the state", () => {
  expect(graph.filter(({ type }) => type.startsWith("tls:")).map(({ name }) => name)).toEqual(
    expect.arrayContaining(["lab-sharing-seed"]),
  );
  expect(
    graph.filter(
      ({ type, name }) => type.startsWith("tls:") && !/-(host|client)-key$|-seed$|^lab-pki-encryption/.test(name),
    ),
  ).toEqual([]);
});

test("the CA comes first, then balancers and init, then upload, downloads and joins, and at last the credentials go", () => {
  const before = (name: string) => named(name).dependencies.filter((d) => !/-key$|-machines-|-encryption-/.test(d));
  expect(before("lab-authority-make")).toEqual(["lab-cp-1-stage"]);
  expect(before("lab-lb-1-configure")).toEqual(["lab-authority-make"]);
  expect(before("lab-init")).toEqual(["lab-authority-make", "lab-cp-1-stage", "lab-lb-1-configure"]);
  expect(before("lab-sharing-upload")).toEqual(["lab-authority-make", "lab-init", "lab-sharing-seed"]);
  expect(before("lab-sharing-cp-2-download")).toEqual(
    ["lab-authority-make", "lab-cp-2-stage", "lab-sharing-seed", "lab-sharing-upload"].sort(),
  );
  expect(before("lab-cp-2-join")).toEqual(
    ["lab-authority-make", "lab-cp-2-leave", "lab-cp-2-stage", "lab-init", "lab-sharing-cp-2-download"].sort(),
  );
  expect(before("lab-worker-1-join")).toEqual(
    [
      "lab-authority-make",
      "lab-init",
      "lab-sharing-seed",
      "lab-sharing-upload",
      "lab-worker-1-leave",
      "lab-worker-1-stage",
    ].sort(),
  );
  expect(before("lab-credentials-revoke")).toEqual(
    ["cp-1", "cp-2", "cp-3", "worker-1"]
      .flatMap((machine) => [`lab-${machine}-join`, `lab-${machine}-leave`])
      .concat("lab-sharing-seed")
      .sort(),
  );
});

test("what a later batch joins with is no change for a machine that has joined", () => {
  for (const { name, type, ignoreChanges } of steps()) {
    if (/-(upload|download|revoke|make|sign-admin|join)$/.test(name))
      expect(ignoreChanges, name).toEqual([
        ...(type === "command:remote:Command" ? ["connection"] : []),
        "create",
        "stdin",
      ]);
  }
  expect(String(named("lab-cp-2-join").clear.stdin)).not.toMatch(/^ *(token|certificateKey): /m);
  expect(String(named("lab-sharing-cp-2-download").clear.stdin)).toMatch(/^ *certificateKey: /m);
});

test("what is read back is shown to nobody while it is read", () => {
  const read = steps().filter(({ inputs }) => inputs.logging !== undefined);
  expect(read.map(({ name, inputs }) => [name, inputs.logging]).sort()).toEqual([
    ["lab-authority-make", "stderr"],
    ["lab-sharing-sign-admin", "stderr"],
  ]);
});

test("an external etcd has a CA of its own, whose key leaves Pulumi for no machine", async () => {
  const etcd = [1, 2, 3].map((i) => ({ name: `etcd-${i}`, address: `10.89.40.3${i}` }));
  const external = await recordGraph({
    config: {
      machines: { ...labConfig.machines, etcd },
      cluster: { ...labConfig.cluster, certificates: { mode: "kubeadm" } },
    },
    stack: "lab",
  });
  expect(external.filter(({ type }) => type.endsWith(":SelfSignedCert")).map(({ name }) => name)).toEqual([
    "lab-etcd-pki-ca",
  ]);
  const ofEtcd = external.filter(({ type }) => type.startsWith("command:"));
  for (const { name, clear } of ofEtcd) expect(String(clear.stdin), name).not.toMatch(/^KEY lab-etcd-pki-ca-key$/m);
  for (const step of ["lab-init", "lab-cp-2-join"]) {
    const stdin = String(ofEtcd.find(({ name }) => name === step)?.clear.stdin);
    expect(stdin).toContain("CERTIFICATE lab-etcd-pki-ca");
    expect(stdin).toContain("KEY lab-etcd-pki-apiserver-client-key");
  }
  // What is uploaded is what the configuration names, so it has to know that etcd is elsewhere.
  const upload = ofEtcd.find(({ name }) => name === "lab-sharing-upload");
  expect(String(upload?.clear.stdin)).toContain("https://10.89.40.31:2379");
});
