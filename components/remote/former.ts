import { remote } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "../machine/machine";
import { connectionOf } from "./step";

/**
 * Takes the place of a step of an earlier version that had a `delete`, so that this is forgotten and never runs.
 * Without a command nothing is dialled, and a stack that never had the step gets an entry in its state.
 */
export function formerStep(name: string, machine: MachineArgs, opts: pulumi.CustomResourceOptions): void {
  new remote.Command(name, { connection: connectionOf(machine) }, { ...opts, ignoreChanges: ["connection"] });
}
