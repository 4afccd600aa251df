import type * as pulumi from "@pulumi/pulumi";
import type { ProxyOptions } from "../values/proxy";

/** Where container runtime, kubelet, kubeadm and images come from. */
export const InstallMode = { Bundle: "bundle", Packages: "packages", Preinstalled: "preinstalled" } as const;
export type InstallMode = (typeof InstallMode)[keyof typeof InstallMode];

/** Whose containerd is installed. */
export const ContainerdSource = { Distribution: "distribution", Docker: "docker" } as const;
export type ContainerdSource = (typeof ContainerdSource)[keyof typeof ContainerdSource];

/** What containerd is to know of a registry, wherever it reaches it: by its own name, or as the mirror of another. */
export interface RegistryOptions {
  /** Its name, with its port if that is not 443: what the names of its images begin with, or the host of a mirror. */
  host: string;
  /**
   * The CA that signed its certificate, or several, in PEM. They count besides those that the machine trusts anyway.
   * @default those that the machine trusts
   */
  ca?: pulumi.Input<string>;
  /**
   * Who logs in there.
   * @default nobody
   */
  username?: string;
  /**
   * The password, or a token in its place. It is in the state, as a secret, and on every node, for root to read.
   * @default none; username needs it
   */
  password?: pulumi.Input<string>;
  /**
   * Whether its certificate is believed without a look at it. Whoever is in between then reads the password, and gives
   * machines whatever images they like: for tests.
   * @default false
   */
  skipVerify?: boolean;
}

/** How machines get their software. */
export interface InstallOptions {
  /**
   * `bundle`: from a directory or address of our layout. `packages`: from the distribution and the community's
   * repository. `preinstalled`: it is there already and is only checked.
   */
  mode: InstallMode;
  /**
   * The bundle: an absolute directory on every machine, or an http(s) address that every machine reaches.
   * @default none; bundle needs it
   */
  source?: string;
  /**
   * The SHA-256 of the bundle's `SHA256SUMS`, 64 hex digits.
   * @default none; bundle needs it
   */
  sha256?: string;
  /**
   * Set where machines lack CAP_SYS_RESOURCE (containers of an unprivileged engine).
   * @default false
   */
  restrictOomScoreAdj?: boolean;
  /**
   * Whether swap may be on where machines are containers, which have their host's. `kubelet.failSwapOn: false` belongs
   * to it. Any other machine with swap is refused, or its swap switched off.
   * @default false
   */
  swapInContainers?: boolean;
  /**
   * Packages: a mirror of the community's repository; what comes before `/v1.36/deb/` and `/v1.36/rpm/`.
   * @default "https://pkgs.k8s.io/core:/stable:"
   */
  repository?: string;
  /**
   * Packages: the fingerprint of the key that signs that repository, 40 hex digits. A key with another one is refused.
   * @default the community's: DE15B14486CD377B9E876E1A234654DA9A296436
   */
  keyFingerprint?: string;
  /**
   * Packages: whose containerd; `docker` is the package containerd.io.
   * @default what is installed; else the distribution's, and Docker's on RHEL and its rebuilds, which have none
   */
  containerd?: ContainerdSource;
  /**
   * Packages: the version of containerd's package, or how it begins, e.g. `2.2.2`.
   * @default the newest
   */
  containerdVersion?: string;
  /**
   * Packages: a mirror of Docker's repository; what comes before `/debian`, `/ubuntu`, `/rhel`, `/centos` and
   * `/fedora`.
   * @default "https://download.docker.com/linux"
   */
  containerdRepository?: string;
  /**
   * Packages: the fingerprint of the key that signs that repository, 40 hex digits.
   * @default Docker's: 9DC858229FC7DD38854AE2D88D81803C0EBFCD88 (apt), 060A61C51B558A7F742B77AAC52FEB6B621E9F35 (dnf)
   */
  containerdKeyFingerprint?: string;
  /**
   * Proxies on the way to repositories, bundle and registries.
   * @default none
   */
  proxy?: ProxyOptions;
  /**
   * Mirrors of registries by the registry's name, e.g. `{ "registry.k8s.io": "https://mirror.example.com" }`. Not for
   * preinstalled, whose containerd is its owner's. See
   * https://github.com/containerd/containerd/blob/main/docs/hosts.md
   * @default none
   */
  registryMirrors?: { [registry: string]: string };
  /**
   * What there is to know of registries: CAs of one's own, users and passwords. Not for preinstalled, whose containerd
   * is its owner's.
   * @default none
   */
  registries?: RegistryOptions[];
  /**
   * Whether to wait until the machine's clock is synchronised, and to refuse one that nothing synchronises. Containers
   * have their host's clock and are not asked.
   * @default true
   */
  timeSync?: boolean;
  /**
   * Packages: the archive of a release of etcd for the machines of an external etcd, 3.6 or later: an http(s) address,
   * or a file on every one of them. https://github.com/etcd-io/etcd/releases
   * @default none: etcd and etcdctl are there, and are only checked
   */
  etcdArchive?: string;
  /**
   * Packages: the SHA-256 of that archive, 64 hex digits.
   * @default none; etcdArchive needs it
   */
  etcdArchiveSha256?: string;
  /**
   * Packages: whether SELinux may be set to permissive for good, as kubeadm's documentation has it; where it enforces,
   * a machine is refused otherwise.
   * https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/
   * @default false
   */
  selinuxPermissive?: boolean;
}
