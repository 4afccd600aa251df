import * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "../machine/machine";
import { formerStep } from "../remote/former";

/** The type of the cluster in version 0.1. */
export const formerCluster = "kubeadm-ha:cluster:KubeadmCluster";

/**
 * The URNs of what stood below another component in version 0.1. There are two of each: a run that failed has left it
 * where it was, but below the cluster as it is called now.
 */
function formerUrns(
  path: [name: string, type: string][],
  name: string,
  cluster: pulumi.Resource,
  opts?: pulumi.ComponentResourceOptions,
): pulumi.Output<string>[] {
  const parents = [pulumi.createUrn(name, formerCluster, opts?.parent), cluster.urn];
  return parents.map((parent) => path.reduce((urn, [name, type]) => pulumi.createUrn(name, type, urn), parent));
}

/** The certificates of an external etcd, which were children of that. */
export function formerEtcdPki(name: string, cluster: pulumi.Resource, opts?: pulumi.ComponentResourceOptions) {
  const certificates: [string, string] = [`${name}-etcd-pki`, "kubeadm-ha:pki:EtcdCertificates"];
  return ["kubeadm-ha:etcd:EtcdCluster", "kubeadm-ha:index:EtcdCluster"].flatMap((type) =>
    formerUrns([[name, type], certificates], name, cluster, opts),
  );
}

/**
 * The step for labels, taints and drains of workers had a `delete` by which all of them left. A roll-out's turn cannot
 * take its place: that would be a replacement, which deletes.
 */
export function formerWorkers(
  name: string,
  machine: MachineArgs,
  cluster: pulumi.Resource,
  opts?: pulumi.ComponentResourceOptions,
): void {
  const pools: [string, string] = [`${name}-workers`, "kubeadm-ha:workers:WorkerPools"];
  const settle: [string, string] = [`${name}-workers-settle`, "command:remote:Command"];
  const aliases = formerUrns([pools, settle], name, cluster, opts);
  formerStep(`${name}-former`, machine, { parent: cluster, aliases });
}
