import type * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "../machine/machine";
import { hereStep } from "../remote/here";
import { reach } from "../remote/reach";

/** Where all of these machines go with their cluster, none asks the others before it does: this is deleted first. */
export function dissolution(name: string, machines: MachineArgs[], opts: pulumi.CustomResourceOptions): void {
  hereStep(
    `${name}-dissolve`,
    {
      script: "roster/dissolution.sh",
      delete: [machines.map((machine) => machine.name).join(",")],
      input: reach(machines, { dissolve: { script: "roster/dissolve.sh", args: () => [], deadline: 30 } }),
      deadline: 120,
    },
    opts,
  );
}
