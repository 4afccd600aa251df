import * as pulumi from "@pulumi/pulumi";
import { EtcdCluster, etcdFiles } from "../etcd/etcd";
import type { SigningOptions } from "../kubeadm/certificate-options";
import type { EtcdOptions } from "../kubeadm/etcd-options";
import { etcdFlags } from "../kubeadm/security";
import type { TlsVersion } from "../kubeadm/security-options";
import type { MachineArgs } from "../machine/machine";
import type { Authority } from "../pki/authority";
import { EtcdCertificates } from "../pki/etcd";
import type { RolloutMachine } from "../rollout/rollout";
import { dissolution } from "../roster/dissolution";
import { Members } from "../roster/members";
import type { InstallOptions } from "../software/options";
import { etcdSoftwareFiles } from "../software/software";
import { prepareEtcd } from "./hosts";

/** What {@link etcdOnMachines} is given. */
export interface EtcdOnMachinesArgs {
  /** The machines. */
  machines: MachineArgs[];
  /** How they get etcd. */
  install: InstallOptions;
  /** What can be tuned. */
  options?: EtcdOptions;
  /** The lowest version of TLS that members speak. */
  tlsMinVersion?: TlsVersion;
  /** How certificates are made. */
  certificates?: SigningOptions;
  /** The CA, if it is not one of its own. */
  authority?: Authority;
  /** Whether a CA of its own refuses to be deleted or replaced. */
  protect?: boolean;
  /** Names the generation of what is in etcd. */
  generation: string;
  /** What the certificates were known by. */
  former?: pulumi.Input<string>[];
}

/** An etcd on machines of its own, without the turns in which living members change: the roll-out has those. */
export interface EtcdOnMachines {
  /** Its members. */
  cluster: EtcdCluster;
  /** Its certificates, and those of its clients. */
  certificates: EtcdCertificates;
  /** What sees to it that no others are members. */
  members: Members;
  /** What is configured of each member. */
  turns: RolloutMachine[];
}

/** Makes machines ready for etcd, and an etcd of them. */
export function etcdOnMachines(
  name: string,
  args: EtcdOnMachinesArgs,
  parent: pulumi.ComponentResourceOptions,
): EtcdOnMachines {
  const { machines, install, options, generation, authority, protect } = args;
  const hosts = prepareEtcd(name, machines, install, parent);
  const certificates = new EtcdCertificates(
    `${name}-etcd-pki`,
    { authority, certificates: args.certificates, protect, machines },
    pulumi.mergeOptions(parent, { aliases: args.former }),
  );
  const given = {
    machines,
    hosts,
    certificates: certificates.members,
    options,
    flags: etcdFlags({ tlsMinVersion: args.tlsMinVersion }),
    generation,
  };
  const cluster = new EtcdCluster(name, given, parent);
  dissolution(`${name}-etcd`, machines, cluster.leaves, parent);
  const members = new Members(
    `${name}-members`,
    { machines, dataDir: options?.dataDir },
    { ...parent, dependsOn: cluster },
  );
  const files = etcdFiles(given, etcdSoftwareFiles(install));
  return { cluster, certificates, members, turns: machines.map((machine, i) => ({ machine, files: files[i] })) };
}
