import * as pulumi from "@pulumi/pulumi";
import { KubeadmCluster, type KubeadmClusterArgs, type MachineArgs, staticMachines } from "./components";
import { LabMachines } from "./components/machines/lab";
import { labInstall, labOptions, readLabFacts } from "./components/machines/lab-facts";
import { type LabSettings, readSettings, type StaticSettings } from "./config";

const stack = pulumi.getStack();
const settings = readSettings();
const { controlPlanes, loadBalancers, defaults }: Provided =
  settings.machines.source === "lab" ? fromLab(settings.machines) : fromOwner(settings.machines);

const cluster = new KubeadmCluster(stack, {
  ...defaults,
  ...settings.cluster,
  kubelet: { ...defaults.kubelet, ...settings.cluster.kubelet },
  kubeProxy: { ...defaults.kubeProxy, ...settings.cluster.kubeProxy },
  controlPlanes,
  loadBalancers,
});

export const endpoint = cluster.endpoint;
export const kubeconfig = cluster.kubeconfig;
export const nodes = controlPlanes.map(({ name, address }) => ({ name, address, role: "control-plane" }));
export const version = settings.cluster.kubernetesVersion;

interface Provided {
  controlPlanes: MachineArgs[];
  loadBalancers: MachineArgs[];
  defaults: Partial<KubeadmClusterArgs>;
}

/** Machines made here, as containers. */
function fromLab(lab: LabSettings): Provided {
  const facts = readLabFacts();
  const { subnet } = lab;
  const { machines } = new LabMachines(`${stack}-machines`, {
    lab: stack,
    subnet,
    machines: [...lab.controlPlanes, ...lab.loadBalancers],
    facts,
  });
  return {
    controlPlanes: machines.slice(0, lab.controlPlanes.length),
    loadBalancers: machines.slice(lab.controlPlanes.length),
    // Another image or bundle replaces every machine at once, and with them the cluster.
    defaults: { ...labOptions(facts), install: labInstall(facts), generation: `${facts.image} ${facts.bundle.sha256}` },
  };
}

/** Machines that are there already. */
function fromOwner({ ssh, ...machines }: StaticSettings): Provided {
  const login = { ...ssh, privateKey: pulumi.secret(settings.sshPrivateKey ?? "") };
  const list = (of: StaticSettings["controlPlanes"]): MachineArgs[] => staticMachines(of, login);
  return { controlPlanes: list(machines.controlPlanes), loadBalancers: list(machines.loadBalancers), defaults: {} };
}
