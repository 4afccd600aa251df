import type * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "../machine/machine";
import { hereStep } from "../remote/here";
import { reach } from "../remote/reach";

/**
 * Where all of these machines go with their cluster, none asks the others before it does: this is deleted before their
 * leaves. It is made before anything else is made of them, so that it is there, too, when that comes to nothing.
 */
export function dissolution(
  name: string,
  machines: MachineArgs[],
  leaves: pulumi.Resource[],
  opts: pulumi.CustomResourceOptions,
): void {
  hereStep(
    `${name}-dissolve`,
    {
      script: "roster/dissolution.sh",
      delete: [machines.map((machine) => machine.name).join(",")],
      input: reach(machines, { dissolve: { script: "roster/dissolve.sh", args: () => [], deadline: 30 } }),
      deadline: 120,
    },
    { ...opts, dependsOn: leaves },
  );
}
