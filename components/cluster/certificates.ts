import type * as pulumi from "@pulumi/pulumi";
import type { ControlPlaneArgs } from "../control-plane/control-plane";
import { ClusterAuthority, Sharing } from "../control-plane/sharing";
import type { MachineArgs } from "../machines/machine";
import type { Authority } from "../pki/authority";
import { CertificateMode, type OwnAuthorities } from "../pki/options";
import { Pki } from "../pki/pki";

/** What {@link certificates} is given. */
export interface CertificatesArgs extends Pick<ControlPlaneArgs, "machines" | "endpoint" | "options"> {
  /** Names this life of the cluster. */
  generation: string;
  /** What prepares each control plane, in the same order. */
  hosts: pulumi.Resource[];
  /** The workers. */
  workers: MachineArgs[];
  /** Whether etcd has machines of its own. */
  externalEtcd: boolean;
  /** Authorities of the user's own. */
  authorities: OwnAuthorities;
  /** Whether what is made here refuses to be deleted or replaced. */
  protect?: boolean;
}

/** The cluster's authorities, whoever makes them. */
export interface Certificates {
  /** The cluster CA's certificate in PEM. */
  caCertificate: pulumi.Output<string>;
  /** That, and its issuers up to the root where it is an intermediate: what clients trust that know roots only. */
  trusted: pulumi.Output<string>;
  /** What every control plane is given of them, PEM by path below `/etc/kubernetes/pki`. */
  files: pulumi.Output<Record<string, string>>;
  /** The CA of etcd, where it is made with the others. */
  etcd?: Authority;
  /** How other machines come by what they join with, once there is a cluster. */
  share(bootstrap: pulumi.Resource, etcdEndpoints?: pulumi.Input<string[]>): Shared;
}

/** What a machine joins with. */
export interface Shared {
  /** A kubeconfig for an administrator. A secret. */
  kubeconfig: pulumi.Output<string>;
  /** What has to be done before a control plane joins. */
  beforeMember(machine: MachineArgs, host: pulumi.Resource): pulumi.Resource[];
  /** What has to be done before a worker joins. */
  beforeWorker: pulumi.Resource[];
  /** A kubeconfig with which the kubelet of a worker asks for its certificate. A secret. */
  discovery(machine: string): pulumi.Output<string>;
  /** To be called with everything that joins. */
  close(joined: pulumi.Resource[]): void;
}

/** The authorities of a cluster in the mode that was asked for. */
export function certificates(
  name: string,
  { hosts, workers, externalEtcd, authorities, protect, ...args }: CertificatesArgs,
  parent: pulumi.ComponentResourceOptions,
): Certificates {
  const { mode, ...settings } = args.options.certificates ?? {};
  if (mode === CertificateMode.Kubeadm) {
    const authority = new ClusterAuthority(`${name}-authority`, args, { ...parent, dependsOn: hosts[0] });
    const { caCertificate } = authority;
    return {
      caCertificate,
      trusted: caCertificate,
      files: caCertificate.apply((pem): Record<string, string> => ({ "ca.crt": pem })),
      share: (bootstrap, etcdEndpoints) =>
        new Sharing(
          `${name}-sharing`,
          { ...args, workers, caCertificate, clusterName: name, etcdEndpoints },
          { ...parent, dependsOn: bootstrap },
        ),
    };
  }
  const pki = new Pki(
    `${name}-pki`,
    { endpoint: args.endpoint, clusterName: name, ...settings, protect, externalEtcd, authorities },
    parent,
  );
  const { caCertificate, trusted, files, etcd, kubeconfig } = pki;
  const discovery = (machine: string) => pki.discovery(machine);
  // Everything is known before there is a machine.
  const share = () => ({ kubeconfig, beforeMember: () => [], beforeWorker: [], discovery, close: () => {} });
  return { caCertificate, trusted, files, etcd, share };
}
