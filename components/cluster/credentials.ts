import type * as pulumi from "@pulumi/pulumi";
import {
  discoveryFor,
  KubeadmCertificates,
  RevokeCredentials,
} from "../control-plane/kubeadm-certificates/kubeadm-certificates";
import type { ControlPlaneOptions } from "../kubeadm/options";
import type { MachineArgs } from "../machine/machine";
import { discovery } from "../pki/discovery";
import type { ClusterCertificates } from "./certificates";

/** What {@link joinCredentials} is given. */
export interface JoinCredentialsArgs {
  /** The control planes. */
  machines: MachineArgs[];
  /** The workers. */
  workers: MachineArgs[];
  /** What prepares each control plane, in the same order. */
  hosts: pulumi.Resource[];
  /** Where clients reach the API, as `host:port`. */
  endpoint: pulumi.Input<string>;
  /** What can be tuned. */
  options: ControlPlaneOptions;
  /** Names the cluster's generation. */
  generation: string;
  /** The cluster's CAs. */
  ca: ClusterCertificates;
  /** The client URLs of an external etcd. */
  etcdEndpoints?: pulumi.Input<string[]>;
}

/** What machines join with. */
export interface Credentials {
  /** A kubeconfig for an administrator. A secret. */
  kubeconfig: pulumi.Output<string>;
  /** What has to be done before each control plane joins, in their order. */
  forControlPlane: pulumi.Resource[][];
  /** What has to be done before a worker joins. */
  forWorkers: pulumi.Resource[];
  /** A kubeconfig with which the kubelet of a worker asks for its certificate, by the worker's name. Secrets. */
  discovery: { [worker: string]: pulumi.Output<string> };
  /** What kubeadm shares the certificates with, where it does; revoked when all have joined. */
  shared?: KubeadmCertificates;
}

/**
 * What machines join with, in the mode that was asked for. In mode `pulumi` everything is known before there is a
 * machine.
 */
export function joinCredentials(
  name: string,
  args: JoinCredentialsArgs,
  made: pulumi.ComponentResourceOptions,
): Credentials {
  const { ca, machines, workers, endpoint } = args;
  const { pki, caCertificate } = ca;
  const byName = (discovery: (machine: string) => pulumi.Output<string>) =>
    Object.fromEntries(workers.map((worker) => [worker.name, discovery(worker.name)]));
  if (pki !== undefined)
    return {
      kubeconfig: pki.kubeconfig,
      forControlPlane: machines.map(() => []),
      forWorkers: [],
      discovery: byName(discovery(pki, { clusterName: name, endpoint })),
    };
  const { hosts, options, generation, etcdEndpoints } = args;
  const given = {
    machines,
    workers,
    hosts,
    endpoint,
    options,
    generation,
    caCertificate,
    etcdEndpoints,
    clusterName: name,
  };
  const shared = new KubeadmCertificates(`${name}-sharing`, given, made);
  return {
    kubeconfig: shared.kubeconfig,
    forControlPlane: shared.downloads.map((download) => [download]),
    forWorkers: [shared.uploaded],
    discovery: byName((machine) => discoveryFor(machine, given, shared.credentials)),
    shared,
  };
}

/** Takes back what machines joined with, once they have. */
export function revoke(
  name: string,
  { machines, credentials, joined }: { machines: MachineArgs[]; credentials: Credentials; joined: pulumi.Resource[] },
  parent: pulumi.ComponentResourceOptions,
): void {
  if (credentials.shared !== undefined)
    new RevokeCredentials(
      `${name}-credentials`,
      { machines, shared: credentials.shared },
      { ...parent, dependsOn: joined },
    );
}
