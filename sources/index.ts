import { z } from "zod";
import { awsSource } from "./aws/source";
import { labSource } from "./lab/source";
import type { MachineSource } from "./source";
import { staticSource } from "./static/source";

/**
 * Every source of machines by its name, the value of `machines.source`. Another one is a folder next to this file, and
 * a name here.
 */
const sources = { lab: labSource, static: staticSource, aws: awsSource };

const [first, ...others] = Object.values(sources).map(({ schema }) => schema);

/** The key `machines`, of any source. */
export const machinesSchema = z.discriminatedUnion("source", [first, ...others]);

/** The source of these machines. */
export function sourceOf<Machines extends { source: keyof typeof sources }>(
  machines: Machines,
): MachineSource<z.ZodType<Machines>> {
  return sources[machines.source] as unknown as MachineSource<z.ZodType<Machines>>;
}
