import { readdirSync } from "node:fs";
import { join } from "node:path";
import { register } from "ts-node";
import { beforeAll, expect, test } from "vitest";
import type { ClusterPlan } from "../../components/cluster/checks/plan";
import { clusterNames } from "../../components/cluster/names";
import { placedMachines } from "../../components/machine/machine-lists";
import type { DerivedName } from "../../components/machine/names";
import { machineNames } from "../../components/machines/aws/names";
import { staticConfig } from "../support/fixtures";
import { only } from "../support/problems";
import { recordUrns } from "../support/urns";

// The program loads its part on AWS by a `require` of its own, which knows nothing of vitest.
beforeAll(() => {
  register({ transpileOnly: true });
});

/** A stack's configuration, as far as it matters here. */
type Config = { machines: Omit<ClusterPlan, "options">; cluster: ClusterPlan["options"] };

const noMachines: Partial<Config["machines"]> = { loadBalancers: [], etcd: [], workerPools: [] };
const pair = {
  loadBalancers: [
    { name: "lb-1", address: "10.89.40.8" },
    { name: "lb-2", address: "10.89.40.9" },
  ],
};

/** All that a stack can have, which those of stacks/ do not have already. */
function fuller(stack: string, { machines, cluster }: Config): Config {
  const balancer = stack === "lab" ? { loadBalancer: { virtualAddress: "10.89.40.10" } } : {};
  return {
    machines: { ...noMachines, ...machines, ...(stack === "lab" ? pair : {}) },
    cluster: { ...cluster, ...balancer, security: { ...cluster.security, encryption: { keys: ["new", "old"] } } },
  };
}

/** A name by the name of a machine in it. */
interface Part {
  types: string;
  machine: string;
  before: string;
  after: string;
}

function partsOf(types: string, name: string, machines: string[]): Part[] {
  return machines.flatMap((machine) =>
    [...name.matchAll(new RegExp(`(?<=-)${machine}(?=-|$)`, "g"))].map(({ index }) => ({
      types,
      machine,
      before: name.slice(0, index),
      after: name.slice(index + machine.length),
    })),
  );
}

/** The name of a machine by which one resource would be the other; undefined where there is none. */
function between({ before, after }: Part, name: string): string | undefined {
  const fits = name.startsWith(before) && name.endsWith(after) && name.length > before.length + after.length;
  return fits ? name.slice(before.length, name.length - after.length) : undefined;
}

const expectedOf = (stack: string) => [
  "KubeadmCluster$Rollout$Command: <cp>-key",
  ...(stack.startsWith("lab") ? ["LabMachines$Command: network"] : []),
];

test.each(readdirSync(join(__dirname, "../../stacks")))("%s: what resources are called", async (file) => {
  const stack = file.replace(/^Pulumi\.|(\.example)?\.yaml$/g, "");
  let config: Config | undefined;
  const recorded = await recordUrns(file, (given) => {
    config = fuller(stack, given as Config);
    return { ...given, ...config };
  });
  const { machines, cluster } = config ?? expect.fail("no configuration");
  const names = placedMachines(machines, "").map(({ name }) => name);
  const resources = recorded.map(({ urn }) => urn.split("::"));
  const short = (types: string) => types.replace(/[^$]*:/g, "");
  expect(new Set(recorded.map(({ urn }) => urn)).size, "one is made twice").toBe(recorded.length);

  // Of all machines that there could be instead of one that is there, which run into another resource?
  const parts = resources.flatMap(([types, name]) => partsOf(types, name, names));
  const found = parts.flatMap((part) =>
    resources
      .filter(([types]) => types === part.types)
      .map(([, name]) => between(part, name))
      .filter((machine) => machine !== undefined && !names.includes(machine))
      .map((machine) => `${short(part.types)}: ${machine?.replace(/^cp-\d/, "<cp>")}`),
  );
  expect([...new Set(found)].sort()).toEqual(expectedOf(stack));

  // What two clusters are judged by is what there is: with another word at the end, it is the same machine's.
  const { workerPools, ...others } = machines;
  const onAws = { ...others, workers: workerPools.flatMap((pool) => pool.machines) } as unknown;
  const derived: [string, DerivedName[]][] = [
    ["KubeadmCluster", clusterNames(stack, { ...machines, options: cluster }, { machines: "", options: "" })],
    ["AwsMachines", machineNames(`${stack}-aws`, onAws as Parameters<typeof machineNames>[1])],
  ];
  for (const [component, all] of derived) {
    const own = resources.filter(([types]) => short(types).startsWith(component));
    for (const { kind, name } of own.length > 0 ? all : [])
      expect(
        own.filter(([types, other]) => short(types).split("$").includes(kind) && `${other}-`.startsWith(`${name}-`)),
        `${kind} ${name}`,
      ).not.toEqual([]);
    const covered = ({ machine, before }: Part) =>
      all.some(({ name, given }) => given === machine && name.startsWith(`${before}${machine}`));
    expect(parts.filter((part) => short(part.types).startsWith(component) && !covered(part))).toEqual([]);
  }
});

test("a machine that is called as the key step of a control plane is refused, where there is such a step", () => {
  const [first, second, third] = staticConfig.machines.controlPlanes;
  const machines = { ...staticConfig.machines, controlPlanes: [first, { ...second, name: "cp-1-key" }, third] };
  const withKeys = (...keys: string[]) => ({
    ...staticConfig,
    machines,
    cluster: { ...staticConfig.cluster, security: { encryption: { keys } } },
  });
  expect(only(withKeys("new", "old"))).toBe(
    'machines.controlPlanes[1].name: "cp-1-key" and "cp-1" of machines.controlPlanes[0] would both have the resource ' +
      '"<cluster>-rollout-cp-1-key"; give one of them another name',
  );
  expect(() => only(withKeys("new"))).toThrow();
});
