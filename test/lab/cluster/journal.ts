import type { Lab } from "../../support/lab";

/** Remembers where the journal of a service is; gives what reads on from there. */
export async function journal(lab: Lab, machine: string, service: string): Promise<() => Promise<string>> {
  const read = `journalctl --unit=${service} --output=cat --show-cursor`;
  const cursor = /-- cursor: (.*)/.exec(await lab.on(machine, `${read} --lines=0`))?.[1];
  return () => lab.on(machine, `${read} --after-cursor='${cursor}'`);
}
