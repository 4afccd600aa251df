import { beforeAll, expect, test } from "vitest";
import { batches } from "../../components/rollout/rollout";
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
  const found = graph.filter((r) => r.name === name && r.type.startsWith("command:"));
  expect(found, `exactly one step ${name}`).toHaveLength(1);
  return found[0];
};

test("each worker is prepared and joined by itself; workers are changed in turns, and all are settled at the end", () => {
  const before = (name: string) => named(name).dependencies.filter((d) => !/-key$|-machines-|^lab-pki-/.test(d));
  const workers = ["worker-1", "worker-2", "worker-3"];
  let turn = "lab-rollout-cp-3";
  for (const worker of workers) {
    expect(before(`lab-${worker}-prepare`)).toEqual([]);
    expect(before(`lab-${worker}-stage`)).toEqual([`lab-${worker}-prepare`]);
    expect(before(`lab-${worker}-join`)).toEqual([`lab-${worker}-leave`, `lab-${worker}-stage`, "lab-init"].sort());
    expect(before(`lab-rollout-${worker}`)).toEqual([turn]);
    turn = `lab-rollout-${worker}`;
  }
  expect(before("lab-rollout-cp-1")).toEqual([
    "lab-admission-admit",
    ...["cp-1", "cp-2", "cp-3", ...workers].flatMap((each) => [`lab-${each}-join`, `lab-${each}-leave`]),
  ]);
  expect(before("lab-roster-depart")).toEqual(
    expect.arrayContaining([...workers.map((worker) => `lab-${worker}-join`), "lab-rollout-worker-3"]),
  );
});

test("a tenth of the workers have their turn at once", () => {
  const sizes = (count: number) => batches(Array.from({ length: count })).map((batch) => batch.length);
  expect(sizes(0)).toEqual([]);
  expect(sizes(3)).toEqual([1, 1, 1]);
  expect(sizes(25)).toEqual([...Array(12).fill(2), 1]);
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

test("the roster is settled again for another list, whoever the control planes are, and has nothing to do when it is deleted", () => {
  const settle = named("lab-roster-settle");
  expect(settle.ignoreChanges).toEqual(["create", "stdin"]);
  expect(settle.inputs.create).toMatch(/ worker-1,worker-2,worker-3 300 # remote\/on-any\.sh /);
  expect(settle.inputs.delete).toBeUndefined();
  expect(settle.inputs.triggers).toEqual([expect.stringMatching(/^[0-9a-f]{12}$/)]);
});

test("how many leave is not known here: the whole has time for the drains of forty, each with its own limit", () => {
  const settle = named("lab-roster-settle");
  const [, each] = / (\d+) # remote\/on-any\.sh /.exec(String(settle.inputs.create)) ?? [];
  const [, whole] =
    /timeout -k 10 (\d+) bash -s -- \S+ \d+ # roster\/roster\.sh /.exec(String(settle.clear.stdin)) ?? [];
  expect(each).toBe("300");
  expect(Number(whole)).toBeGreaterThan(40 * Number(each));
});
