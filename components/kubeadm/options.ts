import type { CertificateOptions } from "./certificate-options";
import type { EtcdOptions } from "./etcd-options";
import type { SecurityOptions } from "./security-options";

/**
 * What has to be at a path of the machine before a pod is started:
 * https://kubernetes.io/docs/concepts/storage/volumes/#hostpath-volume-types
 */
export const HostPathType = {
  DirectoryOrCreate: "DirectoryOrCreate",
  Directory: "Directory",
  FileOrCreate: "FileOrCreate",
  File: "File",
  Socket: "Socket",
  CharDevice: "CharDevice",
  BlockDevice: "BlockDevice",
} as const;
export type HostPathType = (typeof HostPathType)[keyof typeof HostPathType];

/** A path of the machine that a component's pod sees. */
export interface ExtraVolume {
  /** The volume's name, a DNS label, unique in the component. */
  name: string;
  /** The path on the machine. */
  hostPath: string;
  /** The path in the container. */
  mountPath: string;
  /**
   * Whether the component may only read it.
   * @default false
   */
  readOnly?: boolean;
  /**
   * What has to be at `hostPath`.
   * @default whatever is there
   */
  pathType?: HostPathType;
}

/** Extra settings of one control plane component. */
export interface ComponentOptions {
  /**
   * Flags by name without the leading dashes, e.g. `{ "audit-log-maxage": "30" }`.
   * @default none
   */
  extraArgs?: { [flag: string]: string };
  /**
   * Paths of the machine that its pod sees besides those that kubeadm and this package mount.
   * @default none
   */
  extraVolumes?: ExtraVolume[];
  /**
   * Variables of its environment by name. They are in kubeadm's configuration in the cluster, as flags are.
   * @default none
   */
  extraEnvs?: { [name: string]: string };
}

/**
 * How a patch is applied; see
 * https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/control-plane-flags/#patches
 */
export const PatchType = { Strategic: "strategic", Merge: "merge", Json: "json" } as const;
export type PatchType = (typeof PatchType)[keyof typeof PatchType];

/** A patch that kubeadm applies to a manifest or a configuration it writes. */
export interface Patch {
  /**
   * What is patched: kube-apiserver, kube-controller-manager, kube-scheduler, etcd, kubeletconfiguration or
   * corednsdeployment.
   */
  target: string;
  /**
   * The kind of patch.
   * @default PatchType.Strategic
   */
  type?: PatchType;
  /** The patch, as YAML or JSON. */
  patch: string;
}

/** When a standby controller-manager or scheduler takes over. Durations are like `15s` or `1m30s`. */
export interface LeaderElection {
  /**
   * How long a standby waits after the leader's last sign of life.
   * @default "15s"
   */
  leaseDuration?: string;
  /**
   * How long a leader tries to renew before it stops leading; less than `leaseDuration`.
   * @default "10s"
   */
  renewDeadline?: string;
  /**
   * The pause between two tries; less than `renewDeadline`.
   * @default "2s"
   */
  retryPeriod?: string;
}

/**
 * Who knows the cloud that the machines are in. `external`: a cloud controller manager that you install; until it has
 * seen to a Node, that keeps the taint `node.cloudprovider.kubernetes.io/uninitialized`.
 * https://kubernetes.io/docs/tasks/administer-cluster/running-cloud-controller/
 */
export const CloudProvider = { None: "none", External: "external" } as const;
export type CloudProvider = (typeof CloudProvider)[keyof typeof CloudProvider];

/** What can be tuned about a control plane; the same on every machine. */
export interface ControlPlaneOptions {
  /** The version of Kubernetes, e.g. `1.36.3`. */
  kubernetesVersion: string;
  /**
   * Addresses of pods; each node gets a /24 of it, a /64 of a range of IPv6. Two ranges, one of each family, make a
   * dual-stack cluster: `10.244.0.0/16,fd00:10:244::/56`. The first is of the family of the machines' addresses, the
   * second of that of their `secondAddress`.
   * @default "10.244.0.0/16"
   */
  podCidr?: string;
  /**
   * Addresses of Services; as many ranges as pods have, of the same families in the same order:
   * `10.96.0.0/12,fd00:10:96::/112`.
   * @default "10.96.0.0/12"
   */
  serviceCidr?: string;
  /**
   * The DNS domain of Services.
   * @default "cluster.local"
   */
  dnsDomain?: string;
  /**
   * Further names or addresses in the API servers' certificate, apart from the endpoint and the machines' own.
   * @default none
   */
  extraSans?: string[];
  /** The cluster's certificates. */
  certificates?: CertificateOptions;
  /** Settings of kube-apiserver. */
  apiServer?: ComponentOptions;
  /** Settings of kube-controller-manager. */
  controllerManager?: ComponentOptions;
  /** Settings of kube-scheduler. */
  scheduler?: ComponentOptions;
  /** Settings of etcd, stacked or external. */
  etcd?: EtcdOptions;
  /** How the control plane is hardened. */
  security?: SecurityOptions;
  /** Leader election of controller-manager and scheduler. */
  leaderElection?: LeaderElection;
  /**
   * Kubernetes feature gates, set on every component.
   * @default none
   */
  featureGates?: { [gate: string]: boolean };
  /**
   * Patches for what kubeadm writes.
   * @default none
   */
  patches?: Patch[];
  /**
   * Where images come from.
   * @default "registry.k8s.io"
   */
  imageRepository?: string;
  /**
   * Fields of the KubeletConfiguration (kubelet.config.k8s.io/v1beta1), over the project's own.
   * @default none
   */
  // biome-ignore lint/suspicious/noExplicitAny: free-form, and component packages have no `unknown`
  kubelet?: { [field: string]: any };
  /**
   * Fields of the KubeProxyConfiguration (kubeproxy.config.k8s.io/v1alpha1), over the project's own.
   * @default none
   */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  kubeProxy?: { [field: string]: any };
  /**
   * Preflight checks of kubeadm that may fail, e.g. `NumCPU`; `all` is every one.
   * @default none
   */
  ignorePreflightErrors?: string[];
  /**
   * Whether ordinary pods may run on control planes.
   * @default false
   */
  schedulable?: boolean;
  /**
   * Who knows the cloud that the machines are in.
   * @default CloudProvider.None
   */
  cloudProvider?: CloudProvider;
}
