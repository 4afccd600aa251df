import { beforeAll, describe, expect, test } from "vitest";
import { labConfig, labFacts, staticConfig } from "../support/fixtures";
import { type Registration, recordGraph } from "../support/graph";

/** A stack of three control planes, two load balancers and a worker, on machines of this network. */
function fuller({ machines, cluster, ...more }: { machines: object; cluster: object }, network: string, each = {}) {
  const machine = (name: string, host: number) => ({ name, address: `${network}.${host}`, ...each });
  return {
    machines: {
      ...machines,
      loadBalancers: [machine("lb-1", 8), machine("lb-2", 9)],
      workerPools: [{ name: "general", machines: [machine("worker-1", 21)] }],
    },
    cluster: { ...cluster, loadBalancer: { virtualAddress: `${network}.10` } },
    ...more,
  };
}

const controlPlanes = ["cp-1", "cp-2", "cp-3"];

describe.each([
  { stack: "lab", config: fuller(labConfig, "10.89.40"), mode: "keep", made: true },
  {
    stack: "prod",
    config: fuller(staticConfig, "192.0.2", { hostKey: "ssh-ed25519 AAAAHOST" }),
    mode: "reset",
    made: false,
  },
])("what leaves of stack $stack", ({ stack, config, mode, made }) => {
  let graph: Registration[];
  beforeAll(async () => {
    labFacts();
    graph = await recordGraph({ config, stack });
  });

  const named = (name: string) => {
    const found = graph.filter((r) => r.name === `${stack}-${name}` && r.type.startsWith("command:"));
    expect(found, `exactly one step ${name}`).toHaveLength(1);
    return found[0];
  };
  const short = (names: string[]) =>
    names.filter((name) => !/-key$|-pki-/.test(name)).map((name) => name.replace(`${stack}-`, ""));
  const needs = (name: string) => short(named(name).dependencies);
  const neededBy = (name: string) =>
    short(
      graph
        .filter((r) => r.dependencies.includes(`${stack}-${name}`) && r.type.startsWith("command:"))
        .map((r) => r.name),
    ).sort();
  const machine = (name: string) => (made ? [`machines-${name}`] : []);
  const words = (name: string) => String(named(name).inputs.delete);

  test("a machine goes after it has left, and joins after who had its place has", () => {
    for (const name of [...controlPlanes, "worker-1"]) {
      expect(needs(`${name}-leave`), name).toEqual(machine(name));
      expect(needs(`${name}-join`), name).toContain(`${name}-leave`);
      const told = controlPlanes.includes(name) ? ["dissolve"] : [];
      expect(neededBy(`${name}-leave`), name).toEqual(
        [`${name}-join`, ...told, "rollout-cp-1", "roster-depart"].sort(),
      );
    }
  });

  test("it is told by its own name whether it is kept or reset, and not let go of before it has left", () => {
    for (const name of controlPlanes)
      expect(words(`${name}-leave`)).toMatch(
        new RegExp(` bash -s -- ${name} ${mode} # control-plane/leave\\.sh \\w+' insist # remote/on-removal\\.sh `),
      );
    expect(words("worker-1-leave")).toMatch(
      new RegExp(` bash -s -- worker-1 ${mode} # workers/leave\\.sh \\w+' insist # remote/on-removal\\.sh `),
    );
    const input = String(named("cp-2-leave").clear.stdin);
    expect(input).toContain("/input/etcd-data-dir");
    expect(input).not.toMatch(/^KEY /m);
  });

  test("another machine in the same place has the former one leave, and that alone", () => {
    for (const name of [...controlPlanes, "worker-1"]) {
      const { inputs, deleteBeforeReplace, deletedWith } = named(`${name}-leave`);
      expect({ deleteBeforeReplace, deletedWith }).toEqual({ deleteBeforeReplace: true, deletedWith: "" });
      expect(inputs.triggers).toEqual(named(`${name}-join`).inputs.triggers);
    }
  });

  test("control planes leave by the list after all have joined and had their turn, and before Nodes are settled", () => {
    expect(needs("roster-depart")).toEqual(
      [
        ...[...controlPlanes, "worker-1"].flatMap((name) => [`${name}-join`, `${name}-leave`, `rollout-${name}`]),
        ...controlPlanes.flatMap(machine),
        "rollout-secrets",
      ].sort(),
    );
    expect(neededBy("roster-depart")).toEqual(["roster-settle"]);
    const { inputs, deleteBeforeReplace } = named("roster-depart");
    expect(inputs).toMatchObject({ create: "true # until it is deleted", triggers: ["cp-1,cp-2,cp-3"] });
    expect(deleteBeforeReplace).toBe(true);
    expect(words("roster-depart")).toMatch(/^bash -s -- cp-1,cp-2,cp-3 # roster\/departures\.sh /);
  });

  test("where all of it goes, that is said first of all: nothing waits for it, and nothing has it done again", () => {
    const leaves = controlPlanes.map((name) => `${name}-leave`);
    expect(needs("dissolve")).toEqual([...leaves, ...controlPlanes.flatMap(machine)].sort());
    expect(neededBy("dissolve")).toEqual([]);
    expect(named("dissolve").inputs.triggers).toBeUndefined();
    expect(words("dissolve")).toMatch(/^bash -s -- cp-1,cp-2,cp-3 # roster\/dissolution\.sh /);
  });

  test("who asks the machines of the former list knows all of them, and resets none that the stack made", () => {
    const { clear } = named("roster-depart");
    const leaves = String(clear.stdin).match(/bash -s -- cp-\d \w+ # control-plane\/leave\.sh/g);
    expect(leaves).toEqual(controlPlanes.map((name) => `bash -s -- ${name} ${mode} # control-plane/leave.sh`));
  });

  test("a load balancer of a pair is let go of by itself, with the whole pair where its machine stays, and no step waits for it", () => {
    for (const name of ["lb-1", "lb-2"]) {
      const farewell = `virtual-address-${name}-farewell`;
      expect(needs(farewell), name).toEqual([`${name}-configure`, ...machine(name)]);
      expect(neededBy(farewell), name).toEqual([]);
      expect(words(farewell)).not.toContain("insist");
      expect(named(farewell).deletedWith).toBe(made ? `${stack}-virtual-address-password` : "");
    }
  });
});
