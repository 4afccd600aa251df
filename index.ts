import * as pulumi from "@pulumi/pulumi";
import { KubeadmCluster } from "./components";
import { readSettings } from "./config";
import { fromAws } from "./sources/aws";
import { fromLab } from "./sources/lab";
import { fromOwner } from "./sources/static";

const stack = pulumi.getStack();
const all = readSettings();
const { machines, cluster: settings } = all;
const { defaults, bastion, ...provided } =
  machines.source === "lab"
    ? fromLab(stack, machines)
    : machines.source === "aws"
      ? fromAws(stack, machines, all)
      : fromOwner(machines, all);

const cluster = new KubeadmCluster(stack, {
  ...defaults,
  ...settings,
  authorities: all.authorities,
  kubelet: { ...defaults.kubelet, ...settings.kubelet },
  kubeProxy: { ...defaults.kubeProxy, ...settings.kubeProxy },
  ...provided,
});

export const endpoint = cluster.endpoint;
export const kubeconfig = cluster.kubeconfig;
export const nodes = [
  ...provided.controlPlanes.map(({ name, address }) => ({ name, address, role: "control-plane" })),
  ...(provided.workerPools ?? []).flatMap((pool) =>
    pool.machines.map(({ name, address }) => ({ name, address, role: pool.name })),
  ),
];
export const version = settings.kubernetesVersion;
// Only where there is one: Pulumi warns of an output that has no value.
if (bastion) exports.bastion = bastion;
