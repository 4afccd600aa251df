import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mountsOf } from "../support/container";
import { Lab } from "../support/lab";
import { poll, type Running } from "../support/process";
import { isWhole } from "./cluster/kubernetes";
import { few } from "./interruptions/changes";
import { halfDone, interrupted, type Moment, shows } from "./interruptions/interrupt";
import { endsWell } from "./interruptions/run";
import { Belongings } from "./interruptions/settled";

const lab = new Lab("resume");

beforeAll(() => lab.begin());
afterAll(() => lab.end());

/** Begins an `up`, and interrupts it once it is where it is to be interrupted. */
async function interrupt(at: Moment, how: (up: Running) => unknown): Promise<void> {
  const { status, output } = await interrupted(lab, [], at, how);
  expect(status, output).not.toBe(0);
}

/** The machine that Pulumi runs on goes down. */
const crash = (up: Running) => up.crash();
/** A user does not want to wait for what the engine lets come to its end. */
const insist = async (up: Running) => {
  up.signal("SIGINT");
  await poll("the engine to heed the first Ctrl-C", 20, () => expect(up.output).toContain("cancelling"));
  up.signal("SIGINT");
};
/** Both that machine and one of the cluster go down, and come up again. */
const crashWith = (machine: string) => async (up: Running) => {
  up.crash();
  await lab.engine("container", "kill", "--signal=KILL", lab.container(machine));
  await lab.engine("container", "start", lab.container(machine));
};

test("lab/down has nothing to do where there never was a stack", async () => {
  await lab.down();
  expect(await lab.remains()).toEqual([]);
});

test("what another state directory made under the same name is neither used nor removed", async () => {
  const labels = [`--label=kubeadm-ha.stack=${lab.stack}`, `--label=kubeadm-ha.owner=${lab.stack}@file:///elsewhere`];
  await lab.engine("network", "create", ...labels, lab.stack);
  try {
    await expect(lab.down()).rejects.toThrow("knows of none");
    const { status, output } = await lab.pulumi("up", "--yes", "--skip-preview");
    expect(status).not.toBe(0);
    expect(output).toContain(
      `network ${lab.stack} was made by another user or state directory: ${lab.stack}@file:///elsewhere`,
    );
    await lab.down();
    expect(await lab.remains()).toEqual([lab.stack]);
  } finally {
    await lab.engine("network", "rm", lab.stack);
  }
});

test("lab/down leaves nothing of a run that died while it made the machines", async () => {
  await interrupt(shows(/machines-cp-1 creating/), crash);
  await lab.down();
  expect(await lab.remains()).toEqual([]);
});

describe("a run that is interrupted again and again", () => {
  test.each([
    ["while machines are made", shows(/machines-cp-1 creating/), insist],
    ["while they are prepared", shows(/stage creating .* importing/), crash],
    ["in the middle of kubeadm init, whose machine reboots", halfDone("cp-1"), crashWith("cp-1")],
    ["when the joins begin", shows(/kubeadm join on/), insist],
    ["in the middle of a join, whose machine reboots", halfDone("cp-3"), crashWith("cp-3")],
  ])("%s", async (_, at, how) => {
    await interrupt(at, how);
  });

  test("comes to its end at last, and to a state with no doubt in it", async () => {
    for (const { status, output } of [
      await lab.pulumi("cancel", "--yes"),
      await lab.pulumi("refresh", "--clear-pending-creates", "--yes", "--skip-preview"),
    ])
      expect(status, output).toBe(0);
    await lab.up();
    const output = await lab.up("--expect-no-changes");
    expect(output).not.toContain("pending operations");
  });

  isWhole(lab);
});

// `interruptions.long.test.ts` has the others.
test("a control plane that takes the place of another one comes and goes to the end, whatever interrupts it", async () => {
  const { machines } = lab.config;
  const belongings = new Belongings();
  await belongings.add(lab);
  await endsWell(lab, few, belongings);
  lab.configure({ machines });
});

describe("a destroyed cluster", () => {
  test("leaves nothing", async () => {
    const mounts = await mountsOf((...args) => lab.engine(...args), lab.stack);
    if (lab.facts.engine.endsWith("podman")) expect(mounts).toHaveLength(4);
    const { status, output } = await lab.pulumi("destroy", "--yes", "--skip-preview");
    expect(status, output).toBe(0);
    expect(await lab.remains(mounts)).toEqual([]);
  });

  test("is made again by an up", async () => {
    await lab.up();
  });

  isWhole(lab);

  test("lab/down leaves nothing of it", async () => {
    const mounts = await mountsOf((...args) => lab.engine(...args), lab.stack);
    if (lab.facts.engine.endsWith("podman")) expect(mounts).toHaveLength(4);
    await lab.down();
    expect(await lab.remains(mounts)).toEqual([]);
  });
});
