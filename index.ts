import * as pulumi from "@pulumi/pulumi";
import { KubeadmCluster } from "./components";
import { readConfig } from "./config";
import { withDefaults } from "./config/defaults";
import { keepSecret, keepSecretInStack } from "./config/secrecy";
import { sourceOf } from "./sources";

const stack = pulumi.getStack();
const config = readConfig();
const { machines, cluster: options, authorities, secrets } = config;
const kept = keepSecret(secrets);
keepSecretInStack(secrets);
const { defaults, bastion, ...sourced } = sourceOf(machines).machines(stack, machines, config);

const cluster = new KubeadmCluster(stack, { ...withDefaults(options, defaults), authorities, ...sourced });

export const endpoint = kept(cluster.endpoint);
export const caCertificate = kept(cluster.caCertificate);
export const kubeconfig = cluster.kubeconfig;
export const nodes = kept([
  ...sourced.controlPlanes.map(({ name, address }) => ({ name, address, role: "control-plane" })),
  ...(sourced.workerPools ?? []).flatMap((pool) =>
    pool.machines.map(({ name, address }) => ({ name, address, role: pool.name })),
  ),
]);
export const version = kept(options.kubernetesVersion);
// Only where there is one: Pulumi warns of an output that has no value.
if (bastion) exports.bastion = kept(bastion);
