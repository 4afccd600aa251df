import * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "../machine/machine";
import { inside, step } from "../remote/step";
import { proxyFiles } from "../values/proxy";
import { InstallMode, type InstallOptions } from "./options";
import { withoutPasswords } from "./registries";

/** The arguments of {@link Software}. */
export interface SoftwareArgs {
  /** The machine. */
  machine: MachineArgs;
  /** The version of Kubernetes, e.g. `1.36.3`. */
  kubernetesVersion: string;
  /** How it comes to the machine. */
  install: InstallOptions;
  /** What the step reads there, as softwareFiles renders it. */
  files: pulumi.Input<{ [path: string]: string }>;
}

/**
 * The software of a node, brought to a machine that is none yet; what a living node runs is changed by its roll-out
 * alone.
 */
export class Software extends pulumi.ComponentResource {
  /** Known in a preview, and yet only there once the machine has it. */
  readonly staged: pulumi.Output<string>;

  constructor(name: string, args: SoftwareArgs, opts?: pulumi.ComponentResourceOptions) {
    const { machine, kubernetesVersion, install, files } = args;
    super(
      "kubeadm-ha:index:Software",
      name,
      { machine: machine.name, kubernetesVersion, install: withoutPasswords(install) },
      opts,
    );
    const stage = step(
      `${name}-stage`,
      {
        machine,
        script: "software/stage.sh",
        args: [kubernetesVersion, ...wayOf(install)],
        input: files,
        deadline: 1200,
      },
      inside(this, opts),
    );
    this.staged = stage.urn;
    this.registerOutputs();
  }
}

/** The arguments of {@link EtcdSoftware}. */
export interface EtcdSoftwareArgs {
  /** The machine. */
  machine: MachineArgs;
  /** How it comes to the machine. */
  install: InstallOptions;
}

/** etcd and etcdctl on a machine that has nothing else. */
export class EtcdSoftware extends pulumi.ComponentResource {
  constructor(name: string, args: EtcdSoftwareArgs, opts?: pulumi.ComponentResourceOptions) {
    const { machine, install } = args;
    super("kubeadm-ha:index:EtcdSoftware", name, { machine: machine.name, install: withoutPasswords(install) }, opts);
    step(
      `${name}-stage`,
      {
        machine,
        script: "software/etcd.sh",
        args: etcdWay(install),
        input: proxyFiles(install.proxy),
        deadline: 1200,
      },
      inside(this, opts),
    );
    this.registerOutputs();
  }
}

function wayOf({ mode, source = "", sha256 = "" }: InstallOptions): string[] {
  return mode === InstallMode.Bundle ? [mode, source, sha256] : [mode];
}

/** What the roll-out of a member of an external etcd reads of its programs: text by path. */
export function etcdSoftwareFiles(install: InstallOptions): Record<string, string> {
  return { ...proxyFiles(install.proxy), "etcd-software": `${etcdWay(install).join("\n")}\n` };
}

/** How etcd comes to machines of its own. No repository of packages has one that is new enough. */
export function etcdWay(install: InstallOptions): string[] {
  const { etcdArchive, etcdArchiveSha256 } = install;
  if (install.mode !== InstallMode.Packages) return wayOf(install);
  return etcdArchive === undefined || etcdArchiveSha256 === undefined
    ? [InstallMode.Preinstalled]
    : ["archive", etcdArchive, etcdArchiveSha256];
}
