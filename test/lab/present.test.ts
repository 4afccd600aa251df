import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../support/place";
import { Plans } from "../support/plans";
import { output } from "../support/process";
import { newSshKey } from "../support/ssh-key";
import { type YesMachine, YesMachines } from "../support/yes-machines";

// What a preview refuses by who is in the cluster, as the real engine knows it of its own state. The machines are
// doubles that say that all went well, as in golden.test.ts.

const machines = new YesMachines();
const known = new Map<string, YesMachine>();
const key = newSshKey();
let plans: Plans;

beforeAll(async () => {
  await output([process.execPath, "build/compile.js"], { cwd: root, deadline: 300 });
  for (const [i, name] of ["lb-1", "cp-1", "cp-2", "cp-3", "cp-4", "cp-5", "new"].entries())
    known.set(name, await machines.start(name, 40 + i));
  plans = await Plans.begin();
  await plans.up(config(["cp-1", "cp-2", "cp-3"]));
});
afterAll(() => {
  plans?.end();
  machines.stop();
});

function config(names: string[], more: object = {}) {
  const list = names.map((each) => {
    const [name, other = name] = each.split("@");
    return { ...known.get(other), name };
  });
  return {
    machines: { source: "static", controlPlanes: list, loadBalancers: [known.get("lb-1")] },
    cluster: { kubernetesVersion: "1.36.3" },
    sshPrivateKey: key.private,
    ...more,
  };
}

test("a list that no majority stays in is refused, by a preview and by an up, and nothing is dialled", async () => {
  machines.forget();
  const refused = "machines.controlPlanes: 1 of the 3 present control planes stays by name and address (cp-2)";
  const list = config(["cp-4", "cp-2", "cp-1@new"]);
  await expect(plans.of(list)).rejects.toThrow(refused);
  await expect(plans.up(list)).rejects.toThrow(refused);
  expect(machines.logins.size).toBe(0);
});

test("giveUp lets it pass for the machines that it names, and the preview says so", async () => {
  const lost = ["cp-1", "cp-3"].map((name) => `${name} ${known.get(name)?.address}`);
  const warnings = await plans.warnings(config(["cp-4", "cp-2", "cp-5"], { giveUp: lost }));
  expect(warnings.join("\n")).toContain("giveUp: 1 of the 3 present control planes stays");
});

test("another generation is another cluster", async () => {
  const anew = { cluster: { kubernetesVersion: "1.36.3", generation: "2" } };
  expect(await plans.of(config(["cp-4", "cp-5", "new"], anew))).toContain("create remote.Command test-new-join");
});

test("another instanceId has all steps of that machine run again, and no other joins", async () => {
  const again = config(["cp-1", "cp-2", "cp-3"]);
  Object.assign(again.machines.controlPlanes[1], { instanceId: "2" });
  const plan = await plans.of(again);
  for (const step of ["cp-2-leave", "cp-2-prepare", "cp-2-stage", "cp-2-join", "rollout-cp-2"])
    expect(plan).toMatch(new RegExp(`^replace \\S+ test-${step}$`, "m"));
  expect(plan.match(/^replace .*-(join|leave)$/gm)).toHaveLength(2);
  await plans.up(again);
});
