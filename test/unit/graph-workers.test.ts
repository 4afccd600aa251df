import { beforeAll, expect, test } from "vitest";
import { labConfig, labFacts } from "../support/fixtures";
import { type Registration, recordGraph } from "../support/graph";

const workerPools = [
  {
    name: "general",
    labels: { disk: "ssd" },
    machines: [
      { name: "worker-1", address: "10.89.40.21" },
      { name: "worker-2", address: "10.89.40.22" },
    ],
  },
  {
    name: "gpu",
    taints: [{ key: "example.com/gpu", value: "yes", effect: "NoSchedule" }],
    machines: [{ name: "worker-3", address: "10.89.40.23" }],
  },
];

let graph: Registration[];

beforeAll(async () => {
  labFacts();
  const config = { ...labConfig, machines: { ...labConfig.machines, workerPools } };
  graph = await recordGraph({ config, stack: "lab" });
});

const named = (name: string) => {
  const found = graph.filter((r) => r.name === name && r.type === "command:remote:Command");
  expect(found, `exactly one step ${name}`).toHaveLength(1);
  return found[0];
};

test("each worker is prepared and joined by itself, and all are settled at the end", () => {
  const before = (name: string) => named(name).dependencies.filter((d) => !/-key$|-machines-|^lab-pki-/.test(d));
  const settings = ["cp-1", "cp-2", "cp-3", "secrets"].map((step) => `lab-settings-${step}`);
  for (const worker of ["worker-1", "worker-2", "worker-3"]) {
    expect(before(`lab-${worker}-prepare`)).toEqual([]);
    expect(before(`lab-${worker}-join`)).toEqual([`lab-${worker}-prepare`, "lab-init"].sort());
    expect(before(`lab-${worker}-settings`)).toEqual([...settings, `lab-${worker}-join`]);
  }
  const workers = ["worker-1", "worker-2", "worker-3"].flatMap((machine) => [
    `lab-${machine}-join`,
    `lab-${machine}-settings`,
  ]);
  expect(before("lab-workers-settle")).toEqual([...settings, ...workers]);
});

test("a worker never gets a key of the cluster, and its certificate is its own", () => {
  const inputs = ["worker-1", "worker-2"].map((worker) => String(named(`lab-${worker}-join`).clear.stdin));
  const identity = inputs.map((stdin) => /client-certificate-data: (\S+)/.exec(stdin)?.[1]);
  expect(identity[0]).toBeTruthy();
  expect(identity[0]).not.toBe(identity[1]);
  for (const stdin of inputs) {
    expect(stdin).not.toContain("KEY lab-pki");
    expect(stdin).not.toContain("cluster-admins");
    expect(stdin).toContain("name: system:bootstrap:worker-");
  }
});

test("what a worker joined with is no change later, and another machine of its name joins", () => {
  const join = named("lab-worker-1-join");
  expect(join.ignoreChanges).toEqual(["connection", "create", "stdin"]);
  expect(join.inputs.triggers).toEqual(["stdout of lab-machines-worker-1"]);
});

test("pools without workers are drained, unless the cluster goes with them", () => {
  const settle = named("lab-workers-settle");
  expect(settle.deletedWith).toBe("lab-init");
  expect(settle.inputs.create).toMatch(/ worker-1,worker-2,worker-3 300 # workers\/pools\.sh /);
  expect(settle.inputs.delete).toMatch(/ '' 300 # workers\/pools\.sh /);
});
