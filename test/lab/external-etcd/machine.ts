import type { Lab } from "../../support/lab";

/** One more machine of the lab, with the last part of its address. */
export function machineAt(lab: Lab, name: string, host: number): { name: string; address: string } {
  return { name, address: lab.configured.subnet.replace(/\d+\/\d+$/, String(host)) };
}
