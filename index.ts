import * as pulumi from "@pulumi/pulumi";
import { KubeadmCluster } from "./components";
import { readConfig } from "./config";
import { withDefaults } from "./config/defaults";
import { sourceOf } from "./sources";

const stack = pulumi.getStack();
const config = readConfig();
const { machines, cluster: options, authorities } = config;
const { defaults, bastion, ...sourced } = sourceOf(machines).machines(stack, machines, config);

const cluster = new KubeadmCluster(stack, { ...withDefaults(options, defaults), authorities, ...sourced });

export const endpoint = cluster.endpoint;
export const caCertificate = cluster.caCertificate;
export const kubeconfig = cluster.kubeconfig;
export const nodes = [
  ...sourced.controlPlanes.map(({ name, address }) => ({ name, address, role: "control-plane" })),
  ...(sourced.workerPools ?? []).flatMap((pool) =>
    pool.machines.map(({ name, address }) => ({ name, address, role: pool.name })),
  ),
];
export const version = options.kubernetesVersion;
// Only where there is one: Pulumi warns of an output that has no value.
if (bastion) exports.bastion = bastion;
