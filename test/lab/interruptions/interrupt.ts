import { expect } from "vitest";
import type { Lab } from "../../support/lab";
import { type Ended, poll, type Running } from "../../support/process";

/** Whether a run has come so far; fails as long as it has not. */
export type Moment = (lab: Lab, up: Running) => unknown;

/** What the run has printed. */
export const shows =
  (text: RegExp): Moment =>
  (_, up) =>
    expect(up.output).toMatch(text);

/** What a test(1) on a machine says. */
export const holds =
  (machine: string, condition: string): Moment =>
  (lab) =>
    lab.on(machine, condition);

/** A new machine is there, and was not dialled before. */
export const begun = (machine: string): Moment => holds(machine, "test -d /run/sshd");

/** Both of them: a step that lost its connection may go on by itself, before the next run has come to it. */
export const both =
  (first: Moment, second: Moment): Moment =>
  async (lab, up) => {
    await first(lab, up);
    await second(lab, up);
  };

/** kubeadm has started etcd on a machine, and is not through. */
export const halfDone = (machine: string): Moment =>
  holds(machine, "test -d /var/lib/etcd/member && test ! -e /var/lib/kubeadm-ha/member");

/** In a step whose resource has that name, kubeadm is through; the step waits for the node to be up. */
export const joined = (machine: string, step = `${machine}-join`): Moment =>
  both(shows(new RegExp(`${step} creating`)), holds(machine, "test -s /var/lib/kubeadm-ha/member"));

/** Seconds that a run may take to its end once something has gone wrong. */
const END = 900;

/**
 * Begins an `up`, has something happen to it once it is where that is to happen, and waits for its end. Fails where it
 * ends before, or not at all.
 */
export async function interrupted(
  lab: Lab,
  args: string[],
  at: Moment,
  how: (up: Running) => unknown,
): Promise<Ended & { seconds: number }> {
  const up = lab.start("up", "--yes", "--skip-preview", ...args);
  try {
    await poll("the moment to interrupt", 600, () => up.over || at(lab, up));
    expect(up.over, up.output).toBe(false);
    const begun = Date.now();
    await how(up);
    await poll("the run to end", END, () => expect(up.over).toBe(true));
    return { ...(await up.ended), seconds: Math.round((Date.now() - begun) / 1000) };
  } finally {
    // No other run is to meet it.
    up.crash();
  }
}
