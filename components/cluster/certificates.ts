import type * as pulumi from "@pulumi/pulumi";
import { ClusterCa } from "../control-plane/kubeadm-certificates/cluster-ca";
import { CertificateMode, type CertificateOptions, type CustomCas } from "../kubeadm/certificate-options";
import type { ControlPlaneOptions } from "../kubeadm/options";
import type { MachineArgs } from "../machine/machine";
import type { Authority } from "../pki/authority";
import { Pki } from "../pki/pki";

/** What {@link clusterCertificates} is given. */
export interface ClusterCertificatesArgs {
  /** The control planes. */
  machines: MachineArgs[];
  /** Where clients reach the API, as `host:port`. */
  endpoint: pulumi.Input<string>;
  /** What can be tuned. */
  options: ControlPlaneOptions;
  /** Names the cluster's generation. */
  generation: string;
  /** What the first control plane waits for before anything of Kubernetes is made there. */
  ready: pulumi.Resource;
  /** Whether etcd has machines of its own. */
  externalEtcd: boolean;
  /** Custom CAs. */
  authorities?: CustomCas;
  /** Whether what is made here refuses to be deleted or replaced. */
  protect?: boolean;
}

/** The cluster's CAs, whoever makes them. */
export interface ClusterCertificates {
  /** The cluster CA's certificate in PEM. */
  caCertificate: pulumi.Output<string>;
  /** That, and its issuers up to the root where it is an intermediate: what clients trust that know roots only. */
  trusted: pulumi.Output<string>;
  /** What every control plane is given of them, PEM by path below `/etc/kubernetes/pki`. */
  files: pulumi.Output<Record<string, string>>;
  /** The CA of etcd, where it is made with the others. */
  etcd?: Authority;
  /** What signs for administrators and workers, where that is the program. */
  pki?: Pki;
}

/** The CAs of a cluster in the mode that was asked for. */
export function clusterCertificates(
  name: string,
  args: ClusterCertificatesArgs,
  parent: pulumi.ComponentResourceOptions,
): ClusterCertificates {
  const { options, endpoint, generation, machines, externalEtcd, authorities, protect } = args;
  if (options.certificates?.mode === CertificateMode.Kubeadm) {
    const { caCertificate } = new ClusterCa(
      `${name}-authority`,
      { machines, endpoint, options, generation },
      { ...parent, dependsOn: args.ready },
    );
    const files = caCertificate.apply((pem): Record<string, string> => ({ "ca.crt": pem }));
    return { caCertificate, trusted: caCertificate, files };
  }
  const { mode, ...made }: CertificateOptions = options.certificates ?? {};
  const pki = new Pki(
    `${name}-pki`,
    { endpoint, clusterName: name, ...made, protect, externalEtcd, authorities },
    parent,
  );
  const { caCertificate, trusted, files, etcd } = pki;
  return { caCertificate, trusted, files, etcd, pki };
}
