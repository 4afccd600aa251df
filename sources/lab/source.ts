import { labInstall, labOptions, readLabFacts } from "../../lab/machines/facts";
import { LabMachines } from "../../lab/machines/machines";
import { byRole, type MachineSource, named } from "../source";
import { labChecks } from "./checks";
import { labSchema } from "./schema";

/** Machines made here, as containers. */
export const labSource: MachineSource<typeof labSchema> = {
  schema: labSchema,
  checks: labChecks,
  machines(stack, lab) {
    const facts = readLabFacts();
    const pools = lab.workerPools.flatMap((pool) => pool.machines);
    const { machines } = new LabMachines(`${stack}-machines`, {
      lab: stack,
      subnet: lab.subnet,
      machines: [...lab.controlPlanes, ...lab.loadBalancers, ...lab.etcd, ...pools],
      facts,
    });
    return {
      ...byRole(lab, named(machines)),
      // Another image or bundle replaces every machine at once, and with them the cluster.
      defaults: {
        ...labOptions(facts),
        install: labInstall(facts),
        generation: `${facts.image} ${facts.bundle.sha256}`,
      },
    };
  },
};
