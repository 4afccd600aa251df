import { afterAll, beforeAll, expect, test } from "vitest";
import { type Any, Lab } from "../support/lab";

const lab = new Lab("config");

beforeAll(() => lab.begin());
afterAll(() => lab.end());

test("a preview and an up of a wrong configuration say all that is wrong, once, and make nothing", async () => {
  const machine = { name: "cp-1", address: "10.244.0.9" };
  lab.configure({
    machines: { controlPlanes: [machine, machine] },
    cluster: {
      kubernetesVersion: "1.19.4",
      podCidr: "10.96.0.0/16",
      leaderElection: { leaseDuration: "10s", renewDeadline: "20s" },
      colour: "blue",
    },
  });
  const { status, output } = await lab.pulumi("preview");
  expect(status).not.toBe(0);
  // Above it, the display has the first line of it, too.
  const [, diagnostics] = output.split("Diagnostics:");
  expect(diagnostics.match(/error:/g), diagnostics).toHaveLength(1);
  const [, count, listed] =
    /error: the configuration has (\d+) problems; nothing was touched:\n(.*?)\n\s*\n/s.exec(diagnostics) ?? [];
  const problems = listed.split("\n");
  expect(problems, diagnostics).toHaveLength(Number(count));
  const paths = problems.map((problem) => problem.trim().split(": ")[0]);
  expect(paths).toEqual([
    "cluster.colour",
    "cluster.kubernetesVersion",
    "cluster.leaderElection.renewDeadline",
    "cluster.podCidr",
    "machines.controlPlanes",
    "machines.controlPlanes[0].address",
    "machines.controlPlanes[1].address",
    "machines.controlPlanes[1].address",
    "machines.controlPlanes[1].name",
  ]);
  expect(output).not.toMatch(/^\s+at .*:\d+/m);
  expect(output).not.toContain("node_modules");
  expect(await lab.remains()).toEqual([]);

  const up = await lab.pulumi("up", "--yes", "--skip-preview");
  expect(up.status).not.toBe(0);
  expect(up.output).toContain(listed.split("\n")[0]);
  expect(await lab.remains()).toEqual([]);
  const { resources } = JSON.parse((await lab.pulumi("stack", "export")).stdout).deployment;
  const types = (resources ?? []).map(({ type }: Any) => type).filter((type: string) => !/^pulumi:/.test(type));
  expect(types, "what the state has").toEqual([]);
});
