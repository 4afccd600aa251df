import { awsSource } from "./aws/source";
import { labSource } from "./lab/source";
import type { MachineSource } from "./source";
import { staticSource } from "./static/source";

/** Every source of machines, by the value of `machines.source`. */
export const machineSources = { lab: labSource, static: staticSource, aws: awsSource };

/** The name of a source. */
export type SourceName = keyof typeof machineSources;

/** The source of these machines. */
export function sourceOf<Config extends { source: SourceName }>({ source }: Config): MachineSource<Config> {
  return machineSources[source] as unknown as MachineSource<Config>;
}
