import { LabMachines } from "../components/machines/lab";
import { labInstall, labOptions, readLabFacts } from "../components/machines/lab-facts";
import type { LabSettings } from "../config/machines";
import type { Provided } from "./provided";

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
  const made = (list: { name: string }[]) =>
    list.flatMap(({ name }) => machines.filter((machine) => machine.name === name));
  return {
    controlPlanes: made(lab.controlPlanes),
    loadBalancers: made(lab.loadBalancers),
    etcdMachines: made(lab.etcd),
    workerPools: lab.workerPools.map((pool) => ({ ...pool, machines: made(pool.machines) })),
    // Another image or bundle replaces every machine at once, and with them the cluster.
    defaults: { ...labOptions(facts), install: labInstall(facts), generation: `${facts.image} ${facts.bundle.sha256}` },
  };
}
