import { beforeAll, expect, test } from "vitest";
import { labConfig, labFacts } from "../support/fixtures";
import { type Registration, recordGraph } from "../support/graph";

let graph: Registration[];

beforeAll(async () => {
  labFacts();
  graph = await recordGraph({ config: labConfig, stack: "lab" });
});

const named = (name: string) => {
  const found = graph.filter((r) => r.name === name && !r.type.startsWith("kubeadm-ha:"));
  expect(found, `exactly one resource ${name}`).toHaveLength(1);
  return found[0];
};
const steps = () => graph.filter((r) => r.type === "command:remote:Command" && r.name !== "lab-former");

test("the resources, their names and their parents are what they were: URNs are public API", () => {
  expect(graph.map((r) => `${r.parent} > ${r.type} ${r.name}`).sort()).toMatchSnapshot();
});

test("every step waits for what it needs, and for nothing else", () => {
  const machines = ["lab-machines-cp-1", "lab-machines-cp-2", "lab-machines-cp-3"];
  const joined = ["lab-cp-1", "lab-cp-2", "lab-cp-3"].flatMap((each) => [`${each}-join`, `${each}-leave`]);
  const onAny = graph.filter((r) => r.type === "command:local:Command" && !r.name.startsWith("lab-machines-"));
  const order = [...steps(), ...onAny].map((r) => [r.name, r.dependencies.filter((d) => !/-key$|^lab-pki-/.test(d))]);
  const balancer = "lab-machines-lb-1";
  expect(Object.fromEntries(order)).toEqual({
    "lab-cp-1-prepare": ["lab-machines-cp-1"],
    "lab-cp-2-prepare": ["lab-machines-cp-2"],
    "lab-cp-3-prepare": ["lab-machines-cp-3"],
    "lab-cp-1-stage": ["lab-cp-1-prepare", "lab-machines-cp-1"],
    "lab-cp-2-stage": ["lab-cp-2-prepare", "lab-machines-cp-2"],
    "lab-cp-3-stage": ["lab-cp-3-prepare", "lab-machines-cp-3"],
    "lab-lb-1-configure": [...machines, balancer],
    "lab-init": ["lab-cp-1-stage", "lab-lb-1-configure", ...machines, balancer],
    "lab-network-flannel": ["lab-init", ...machines, balancer],
    "lab-admission-admit": ["lab-init", ...machines],
    // Whose place a machine takes has left before it joins.
    "lab-cp-1-leave": ["lab-machines-cp-1"],
    "lab-cp-2-leave": ["lab-machines-cp-2"],
    "lab-cp-3-leave": ["lab-machines-cp-3"],
    "lab-cp-1-join": ["lab-cp-1-leave", "lab-cp-1-stage", "lab-init", "lab-machines-cp-1", balancer],
    "lab-cp-2-join": ["lab-cp-2-leave", "lab-cp-2-stage", "lab-init", "lab-machines-cp-2", balancer],
    "lab-cp-3-join": ["lab-cp-3-leave", "lab-cp-3-stage", "lab-init", "lab-machines-cp-3", balancer],
    "lab-rollout-cp-1": ["lab-admission-admit", ...joined, "lab-machines-cp-1", balancer],
    "lab-rollout-cp-2": ["lab-machines-cp-2", balancer, "lab-rollout-cp-1"],
    "lab-rollout-cp-3": ["lab-machines-cp-3", balancer, "lab-rollout-cp-2"],
    "lab-rollout-secrets": [...machines, balancer, "lab-rollout-cp-3"],
    "lab-roster-depart": [
      ...joined,
      ...machines,
      "lab-rollout-cp-1",
      "lab-rollout-cp-2",
      "lab-rollout-cp-3",
      "lab-rollout-secrets",
    ],
    "lab-roster-settle": [...machines, "lab-roster-depart"],
    // There before anything is made of a machine, and deleted before any leaves.
    "lab-dissolve": ["lab-cp-1-leave", "lab-cp-2-leave", "lab-cp-3-leave", ...machines],
  });
});

test("connections, standard input and output are secret, and commands are not", () => {
  for (const { name, inputs, secretOutputs } of steps()) {
    expect(inputs.connection, name).toBe("[secret]");
    expect(inputs.stdin, name).toBe("[secret]");
    expect(inputs.create, name).toMatch(
      /^timeout -k 10 \d+ bash -s -- [\w./:, -]+ # [a-z-]+\/[a-z-]+\.sh [0-9a-f]{12}$/,
    );
    expect(secretOutputs, name).toEqual(expect.arrayContaining(["stdout", "stderr"]));
  }
  for (const machine of ["cp-1", "cp-2", "cp-3", "lb-1"]) {
    expect(named(`lab-machines-${machine}`).inputs.stdin).toBe("[secret]");
  }
});

test("every connection pins the host key that was made for the machine", () => {
  for (const { name, clear } of steps()) {
    const machine = /(cp|lb)-\d/.exec(name)?.[0] ?? "cp-1";
    expect((clear.connection as Record<string, unknown>).hostKey, name).toBe(
      `ssh-ed25519 lab-machines-${machine}-host-key`,
    );
  }
});

test("no key is anywhere but in a secret", () => {
  const shown = graph.map((r) => ({ ...r, clear: undefined }));
  expect(JSON.stringify(shown)).not.toMatch(/(OPENSSH )?KEY lab-(?!.*PUBLIC)/);
});

test("init is never repeated for a change, only for another generation; a join for another machine alone", () => {
  const init = named("lab-init");
  expect(init.ignoreChanges).toEqual(["connection", "create", "stdin"]);
  expect(init.inputs.triggers).toEqual([`localhost/kubeadm-ha-machine:0123 ${"a".repeat(64)}`]);
  for (const machine of ["cp-1", "cp-2", "cp-3"])
    expect(named(`lab-${machine}-join`).inputs.triggers).toEqual([`stdout of lab-machines-${machine}`]);
});

test("a step is done again for what is configured, and for no other key and no other text of a script", () => {
  for (const { name, ignoreChanges } of steps())
    expect(ignoreChanges, name).toEqual(expect.arrayContaining(["connection"]));
  const { ignoreChanges, inputs } = named("lab-rollout-cp-2");
  expect(ignoreChanges).toEqual(["connection", "create", "stdin"]);
  const [args, machine, files, ...more] = inputs.triggers as [string, string, object];
  expect([args, machine, more]).toEqual(["cp-2 kube-system,kube-flannel", "stdout of lab-machines-cp-2", []]);
  expect(files).toMatchObject({ "kubeadm.yaml": expect.stringMatching(/^[0-9a-f]{12}$/) });
});

test("another image or bundle is another machine", () => {
  for (const machine of ["cp-1", "cp-2", "cp-3", "lb-1"])
    expect(named(`lab-machines-${machine}`).inputs.triggers, machine).toEqual([
      "localhost/kubeadm-ha-machine:0123",
      "a".repeat(64),
    ]);
});

test("nothing is created before what it replaces is gone", () => {
  for (const { name, type, deleteBeforeReplace } of graph)
    if (type === "command:local:Command") expect(deleteBeforeReplace, name).toBe(true);
  // A step has nothing that would be deleted, and what depends on its outputs is not to be replaced with it.
  for (const { name, inputs, deleteBeforeReplace } of steps())
    expect([name, inputs.delete, deleteBeforeReplace]).toEqual([name, undefined, false]);
});

test("each machine gets its own input and nobody else's key", () => {
  const stdin = String(named("lab-cp-2-join").clear.stdin);
  expect(stdin).toContain("name: cp-2");
  expect(stdin).toContain("advertiseAddress: 10.89.40.12");
  expect(stdin).not.toMatch(/10\.89\.40\.1[13]/);
  expect(stdin).not.toContain("host-key");
  expect(String(named("lab-lb-1-configure").clear.stdin)).not.toMatch(/^KEY /m);
});
