import { readFileSync } from "node:fs";
import { join } from "node:path";
import { proxyFiles, proxyUnit } from "../values/proxy";
import { below, quote } from "../values/shell-words";
import { containerd1Config, containerdConfig } from "./containerd";
import { InstallMode, type InstallOptions } from "./options";
import { type Registry, registryFiles } from "./registries";

/** What the software of a node depends on. */
export interface SoftwareValues {
  /** How it comes to machines. */
  install: Omit<InstallOptions, "registries"> & { registries?: Registry[] };
  /** The image of the pod sandbox. */
  sandboxImage: string;
  /**
   * Where the images of Kubernetes come from.
   * @default "registry.k8s.io"
   */
  imageRepository?: string;
  /**
   * Whether the node is a control plane, whose images are pulled ahead of kubeadm; the kubelet of a worker pulls the
   * few that it needs.
   */
  controlPlane: boolean;
}

/** What install.sh reads on a machine: text by path below the step's input. */
export function softwareFiles(values: SoftwareValues): Record<string, string> {
  const { install } = values;
  const { mode, proxy } = install;
  return {
    ...proxyFiles(proxy),
    ...below("software", {
      way: `${mode}\n`,
      ...(proxy ? { "proxy.conf": proxyUnit(proxy) } : {}),
      ...below("certs.d", registryFiles(install)),
      ...(mode === InstallMode.Bundle ? bundleFiles(values) : {}),
      ...(mode === InstallMode.Packages ? packageFiles(values) : {}),
    }),
  };
}

function bundleFiles({ install, sandboxImage }: SoftwareValues): Record<string, string> {
  const { source = "", sha256 = "", restrictOomScoreAdj = false } = install;
  return {
    "bundle.env": `SOURCE=${quote(source.replace(/\/$/, ""))}\nSHA256=${quote(sha256)}\n`,
    "containerd-3.toml": containerdConfig({ sandboxImage, restrictOomScoreAdj }),
    ...below("units", unitFiles("containerd.service", "kubelet.service", "10-kubeadm.conf")),
  };
}

function packageFiles({
  install,
  sandboxImage,
  imageRepository,
  controlPlane,
}: SoftwareValues): Record<string, string> {
  const values = { sandboxImage, restrictOomScoreAdj: install.restrictOomScoreAdj ?? false };
  return {
    "sources.env": packageSources(install),
    ...(controlPlane ? { "images.env": `IMAGE_REPOSITORY=${quote(imageRepository ?? "")}\n` } : {}),
    "containerd-2.toml": containerd1Config(values),
    "containerd-3.toml": containerdConfig(values),
    ...unitFiles("05-kubeadm-ha.conf"),
  };
}

function unitFiles(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(__dirname, "units", name), "utf8")]));
}

/** Where packages come from and who signs them, as lines of shell. What is empty is for the machine to know. */
export function packageSources(install: SoftwareValues["install"]): string {
  const values = {
    KUBERNETES_REPOSITORY: trimmed(install.repository ?? "https://pkgs.k8s.io/core:/stable:"),
    KUBERNETES_KEY: fingerprint(install.keyFingerprint ?? "DE15B14486CD377B9E876E1A234654DA9A296436"),
    CONTAINERD: install.containerd ?? "",
    CONTAINERD_VERSION: install.containerdVersion ?? "",
    DOCKER_REPOSITORY: trimmed(install.containerdRepository ?? "https://download.docker.com/linux"),
    DOCKER_KEY_APT: fingerprint(install.containerdKeyFingerprint ?? "9DC858229FC7DD38854AE2D88D81803C0EBFCD88"),
    DOCKER_KEY_DNF: fingerprint(install.containerdKeyFingerprint ?? "060A61C51B558A7F742B77AAC52FEB6B621E9F35"),
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}=${quote(value)}\n`)
    .join("");
}

/** A fingerprint as GnuPG prints it for programs: people write it in groups, too. */
export function fingerprint(text: string): string {
  return text.replaceAll(/\s/g, "").toUpperCase();
}

function trimmed(address: string): string {
  return address.replace(/\/+$/, "");
}
