import * as pulumi from "@pulumi/pulumi";
import { KubeadmCluster } from "./components";
import { readConfig } from "./config";
import { withDefaults } from "./config/defaults";
import { generationOf, refuseByMembers } from "./config/members";
import { keepSecret, keepSecretInStack } from "./config/secrecy";
import { sourceOf } from "./sources";

/** A function, for who is in the cluster already has to be known before anything is made. Gives the stack's outputs. */
async function program(): Promise<Record<string, unknown>> {
  const stack = pulumi.getStack();
  const config = readConfig();
  await refuseByMembers(config);
  const { machines, cluster: options, authorities, secrets } = config;
  const kept = keepSecret(secrets);
  keepSecretInStack(secrets);
  const { defaults, bastion, ...sourced } = sourceOf(machines).machines(stack, machines, config);
  const cluster = new KubeadmCluster(stack, { ...withDefaults(options, defaults), authorities, ...sourced });

  const { controlPlanes, etcdMachines = [], workerPools = [] } = sourced;
  return {
    endpoint: kept(cluster.endpoint),
    caCertificate: kept(cluster.caCertificate),
    kubeconfig: cluster.kubeconfig,
    nodes: kept([
      ...controlPlanes.map(({ name, address }) => ({ name, address, role: "control-plane" })),
      ...workerPools.flatMap((pool) => pool.machines.map(({ name, address }) => ({ name, address, role: pool.name }))),
    ]),
    // What the next run knows of this one.
    members: kept({
      generation: generationOf(options),
      controlPlanes: controlPlanes.map(({ name, address }) => ({ name, address })),
      etcd: etcdMachines.map(({ name, address }) => ({ name, address })),
    }),
    version: kept(options.kubernetesVersion),
    // Only where there is one: Pulumi warns of an output that has no value.
    ...(bastion ? { bastion: kept(bastion) } : {}),
  };
}

module.exports = program;
