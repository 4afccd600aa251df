import { LabMachines } from "../components/machines/lab";
import { labInstall, labOptions, readLabFacts } from "../components/machines/lab-facts";
import type { LabSettings } from "../config/machines";
import { byRole, named, type Provided } from "./provided";

/** Machines made here, as containers. */
export function fromLab(stack: string, lab: LabSettings): Provided {
  const facts = readLabFacts();
  const { subnet } = lab;
  const { machines } = new LabMachines(`${stack}-machines`, {
    lab: stack,
    subnet,
    machines: [
      ...lab.controlPlanes,
      ...lab.loadBalancers,
      ...lab.etcd,
      ...lab.workerPools.flatMap((pool) => pool.machines),
    ],
    facts,
  });
  return {
    ...byRole(lab, named(machines)),
    // Another image or bundle replaces every machine at once, and with them the cluster.
    defaults: { ...labOptions(facts), install: labInstall(facts), generation: `${facts.image} ${facts.bundle.sha256}` },
  };
}
