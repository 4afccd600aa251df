import { expect } from "vitest";
import type { Lab } from "../../support/lab";
import type { Ended } from "../../support/process";
import type { Fault } from "./faults";
import { interrupted, type Moment } from "./interrupt";
import { type Belongings, isSettled } from "./settled";
import { publish, type Row } from "./table";

/** One thing that goes wrong. */
export interface Interruption {
  /** The step that is under way, as the table has it. */
  step: string;
  /** How far it is. */
  when: "beginning" | "middle" | "end";
  /** When that is. */
  at: Moment;
  /** What goes wrong. */
  fault: Fault;
  /** Where. */
  machine: string;
}

/** One change of a cluster, which is interrupted again and again before a last `up`. */
export interface Interrupted {
  /** What is to come of it. */
  name: string;
  /**
   * What is configured before.
   * @default nothing
   */
  edit?: (lab: Lab) => unknown;
  /**
   * Flags of the runs that are interrupted.
   * @default none
   */
  args?: (lab: Lab) => Promise<string[]>;
  /** What goes wrong, in a run of its own each. */
  interruptions: Interruption[];
}

/** Goes through it; the cluster has what it had, and the machines of the list. */
export async function endsWell(lab: Lab, change: Interrupted, belongings: Belongings): Promise<Row[]> {
  const rows: Row[] = [];
  change.edit?.(lab);
  const args = (await change.args?.(lab)) ?? [];
  for (const { step, when, at, fault, machine } of change.interruptions) {
    let cure: () => Promise<unknown> = async () => undefined;
    const ended = await interrupted(lab, args, at, async (up) => {
      cure = await fault.strike(lab, machine, up);
    });
    await cure();
    const isLast = rows.length === change.interruptions.length - 1;
    if (!isLast) expect(ended.status, `${fault.name}: nothing is left to be interrupted`).not.toBe(0);
    rows.push({
      step,
      when,
      fault: fault.name,
      run: summary(ended),
      outcome: "interrupted as in the next row",
      seconds: "",
    });
    console.log(`${change.name}: ${step}, ${when}, ${fault.name} on ${machine}: ${summary(ended)}`);
  }
  const last = rows[rows.length - 1];
  const begun = Date.now();
  await lab.up();
  last.seconds = `${Math.round((Date.now() - begun) / 1000)}`;
  await isSettled(lab);
  await belongings.areThere(lab);
  last.outcome = "healthy";
  publish(rows);
  return rows;
}

/** What became of a run; one that failed has said why. */
function summary({ status, output, seconds }: Ended & { seconds: number }): string {
  if (status === 0) return `through after ${seconds} s`;
  if (status === null || /signal: killed/.test(output)) return "killed";
  const [, said] = /error: (?!update failed)(.*)/.exec(output) ?? [];
  expect(said, output).toBeDefined();
  return `failed after ${seconds} s`;
}
