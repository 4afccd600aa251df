import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "../machines/machine";
import { inside, step } from "../remote/step";
import { containerdConfig } from "./containerd";

/** Where container runtime, kubelet, kubeadm and images come from. */
export const InstallMode = { Bundle: "bundle", Preinstalled: "preinstalled" } as const;
export type InstallMode = (typeof InstallMode)[keyof typeof InstallMode];

/** How machines get their software. */
export interface InstallArgs {
  /** `bundle`: from a directory or address of our layout. `preinstalled`: it is there already and is only checked. */
  mode: InstallMode;
  /** The bundle: an absolute directory on every machine, or an http(s) address that every machine reaches. */
  source?: string;
  /** The SHA-256 of the bundle's `SHA256SUMS`, 64 hex digits. */
  sha256?: string;
  /**
   * Set where machines lack CAP_SYS_RESOURCE (containers of an unprivileged engine).
   * @default false
   */
  restrictOomScoreAdj?: boolean;
}

/** What a machine is prepared for. */
export const HostRole = { Node: "node", Etcd: "etcd" } as const;
export type HostRole = (typeof HostRole)[keyof typeof HostRole];

/** The arguments of {@link Host}. */
export interface HostArgs {
  /** The machine. */
  machine: MachineArgs;
  /** The version of Kubernetes, e.g. `1.36.3`. */
  kubernetesVersion: string;
  /** The image of the pod sandbox. */
  sandboxImage: string;
  /** How it gets its software. */
  install: InstallArgs;
  /**
   * What it is prepared for.
   * @default HostRole.Node
   */
  role?: HostRole;
}

const units = ["containerd.service", "kubelet.service", "10-kubeadm.conf"];

/** A machine with all that its role asks of it. Says nothing of a cluster; hosts are prepared at the same time. */
export class Host extends pulumi.ComponentResource {
  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    const { install, kubernetesVersion, role = HostRole.Node } = args;
    super("kubeadm-ha:host:Host", name, { machine: args.machine.name, kubernetesVersion, install }, opts);
    const from = install.mode === InstallMode.Bundle ? [install.source ?? "", install.sha256 ?? ""] : [install.mode];
    step(
      `${name}-prepare`,
      {
        machine: args.machine,
        script: role === HostRole.Etcd ? "host/prepare-etcd.sh" : "host/prepare.sh",
        uses: ["host/bundle.sh"],
        args: role === HostRole.Etcd ? from : [kubernetesVersion, ...from],
        input: role === HostRole.Etcd ? {} : nodeFiles(args),
        deadline: 1200,
      },
      inside(this, opts),
    );
    this.registerOutputs();
  }
}

function nodeFiles({ sandboxImage, install }: HostArgs): Record<string, string> {
  return {
    "containerd.toml": containerdConfig({
      sandboxImage,
      restrictOomScoreAdj: install.restrictOomScoreAdj ?? false,
    }),
    ...Object.fromEntries(units.map((unit) => [`units/${unit}`, readFileSync(join(__dirname, "units", unit), "utf8")])),
  };
}
