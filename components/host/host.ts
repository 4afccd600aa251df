import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "../machines/machine";
import { below, quote } from "../remote/render";
import { inside, step } from "../remote/step";
import { containerd1Config, containerdConfig, registryHosts } from "./containerd";
import { type InstallArgs, InstallMode } from "./install";
import { packageSources, proxyEnvironment, proxyUnit } from "./software";

/** What a machine is prepared for: a control plane, a worker, or etcd and nothing else. */
export const HostRole = { Node: "node", Worker: "worker", Etcd: "etcd" } as const;
export type HostRole = (typeof HostRole)[keyof typeof HostRole];

/** The arguments of {@link Host}. */
export interface HostArgs {
  /** The machine. */
  machine: MachineArgs;
  /** The version of Kubernetes, e.g. `1.36.3`. */
  kubernetesVersion: string;
  /** The image of the pod sandbox. */
  sandboxImage: string;
  /**
   * Where the images of Kubernetes come from.
   * @default "registry.k8s.io"
   */
  imageRepository?: string;
  /** How it gets its software. */
  install: InstallArgs;
  /**
   * What it is prepared for.
   * @default HostRole.Node
   */
  role?: HostRole;
}

const packageManager = ["package-manager", "apt", "dnf"].map((file) => `host/${file}.sh`);

/** A machine with all that its role asks of it. Says nothing of a cluster; hosts are prepared at the same time. */
export class Host extends pulumi.ComponentResource {
  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    const { install, kubernetesVersion, role = HostRole.Node } = args;
    super("kubeadm-ha:host:Host", name, { machine: args.machine.name, kubernetesVersion, install }, opts);
    const from = install.mode === InstallMode.Bundle ? [install.source ?? "", install.sha256 ?? ""] : [install.mode];
    const node = {
      script: "host/prepare.sh",
      uses: ["host/bundle.sh"],
      args: [kubernetesVersion, ...from],
      input: bundleFiles(args),
    };
    const ways = {
      node,
      worker: node,
      etcd: {
        script: "host/prepare-etcd.sh",
        uses: ["host/bundle.sh", ...packageManager],
        args: install.mode === InstallMode.Packages ? etcdArchive(install) : from,
        input: ownSettings(install),
      },
      packages: {
        script: "host/prepare-packages.sh",
        uses: [...packageManager, "host/images.sh"],
        args: [kubernetesVersion],
        input: packageFiles(args),
      },
    };
    const way = ways[role !== HostRole.Etcd && install.mode === InstallMode.Packages ? "packages" : role];
    step(
      `${name}-prepare`,
      { ...way, machine: args.machine, uses: ["host/machine.sh", ...way.uses], deadline: 1200 },
      inside(this, opts),
    );
    this.registerOutputs();
  }
}

function bundleFiles({ sandboxImage, install }: HostArgs): Record<string, string> {
  return {
    ...ownSettings(install),
    "containerd-3.toml": containerdConfig(containerdValues(sandboxImage, install)),
    ...below("units", unitFiles("containerd.service", "kubelet.service", "10-kubeadm.conf")),
  };
}

function packageFiles({
  kubernetesVersion,
  sandboxImage,
  imageRepository,
  install,
  role,
}: HostArgs): Record<string, string> {
  const values = containerdValues(sandboxImage, install);
  return {
    ...ownSettings(install),
    "sources.env": packageSources(install, kubernetesVersion.replace(/\.\d+$/, "")),
    // A worker needs few of a control plane's images, and its kubelet pulls those.
    ...(role === HostRole.Worker ? {} : { "images.env": `IMAGE_REPOSITORY=${quote(imageRepository ?? "")}\n` }),
    "containerd-2.toml": containerd1Config(values),
    "containerd-3.toml": containerdConfig(values),
    ...unitFiles("05-kubeadm-ha.conf"),
  };
}

/** No repository of packages has an etcd that is new enough. */
function etcdArchive({ etcdArchive: source, etcdArchiveSha256: sha256 }: InstallArgs): string[] {
  return source === undefined || sha256 === undefined ? [InstallMode.Preinstalled] : ["archive", source, sha256];
}

/** What is told of the way to the network and to the time, however the software comes. */
function ownSettings({
  proxy,
  registryMirrors = {},
  timeSync = true,
  swapInContainers = false,
}: InstallArgs): Record<string, string> {
  const hosts = Object.entries(registryMirrors).map(([name, mirror]) => [name, registryHosts(name, mirror)]);
  return {
    ...(proxy ? { "proxy.env": proxyEnvironment(proxy), "proxy.conf": proxyUnit(proxy) } : {}),
    ...below("certs.d", Object.fromEntries(hosts)),
    ...(timeSync ? {} : { "no-time-sync": "" }),
    ...(swapInContainers ? { "swap-in-containers": "" } : {}),
  };
}

function containerdValues(sandboxImage: string, { restrictOomScoreAdj = false }: InstallArgs) {
  return { sandboxImage, restrictOomScoreAdj };
}

function unitFiles(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(__dirname, "units", name), "utf8")]));
}
