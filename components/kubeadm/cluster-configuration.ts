import { KeyAlgorithm } from "./certificate-options";
import { defaultDataDir, tuningFlags } from "./etcd-flags";
import type { ComponentOptions, ControlPlaneOptions, ExtraVolume } from "./options";
import { clusterRanges } from "./ranges";
import { apiServerFlags, apiServerVolumes, componentFlags, etcdFlags, kubeletFields } from "./security";

const pki = "/etc/kubernetes/pki";
/** Where the API servers' certificate for an external etcd is placed. */
const etcdClient = { certFile: `${pki}/apiserver-etcd-client.crt`, keyFile: `${pki}/apiserver-etcd-client.key` };

/**
 * An API server that is told to end says so at `/readyz`, serves on until load balancers have noticed (the slowest asks
 * every 5 s, twice), and then ends its watches. Without these it refuses connections at once, and watches keep it until
 * the kubelet kills it after 30 s. https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
 */
const gracefulEnd = {
  "shutdown-delay-duration": "10s",
  "shutdown-watch-termination-grace-period": "5s",
};

/**
 * The part of kubeadm's configuration that is the same on every machine: the cluster's, kubelets' and kube-proxies'.
 */
export function sharedConfiguration(
  endpoint: string,
  options: ControlPlaneOptions,
  { etcd, ...context }: SharedContext & { etcd?: string[] },
): object[] {
  return [
    { ...clusterConfiguration(endpoint, options, context), etcd: etcdConfiguration(options, etcd) },
    kubeletConfiguration(options),
    kubeProxyConfiguration(options),
  ];
}

/** What of a JoinContext is the same on every machine. */
type SharedContext = { rootCa?: string; alsoAt?: string[] };

function clusterConfiguration(
  endpoint: string,
  options: ControlPlaneOptions,
  { rootCa, alsoAt = [] }: SharedContext,
): object {
  const election = {
    "leader-elect-lease-duration": options.leaderElection?.leaseDuration ?? "15s",
    "leader-elect-renew-deadline": options.leaderElection?.renewDeadline ?? "10s",
    "leader-elect-retry-period": options.leaderElection?.retryPeriod ?? "2s",
  };
  const gates = featureGates(options.featureGates);
  const { security, certificates = {} } = options;
  const common = componentFlags(security);
  const signing = {
    ...(certificates.validityDays ? { "cluster-signing-duration": `${24 * certificates.validityDays}h` } : {}),
    ...(rootCa ? { "root-ca-file": `${pki}/${rootCa}` } : {}),
  };
  return {
    apiVersion: "kubeadm.k8s.io/v1beta4",
    kind: "ClusterConfiguration",
    kubernetesVersion: `v${options.kubernetesVersion}`,
    controlPlaneEndpoint: endpoint,
    encryptionAlgorithm: certificates.keyAlgorithm ?? KeyAlgorithm.EcdsaP256,
    certificateValidityPeriod: hours(certificates.validityDays),
    caCertificateValidityPeriod: hours(certificates.authorityValidityDays),
    imageRepository: options.imageRepository,
    networking: networking(options),
    apiServer: {
      certSANs: [...new Set([hostOf(endpoint), ...alsoAt]), ...(options.extraSans ?? [])],
      extraArgs: extraArgs({ ...gracefulEnd, ...apiServerFlags(security), ...gates }, options.apiServer),
      ...podOptions(options.apiServer, apiServerVolumes(security)),
    },
    controllerManager: {
      extraArgs: extraArgs({ ...common, ...election, ...gates, ...signing }, options.controllerManager),
      ...podOptions(options.controllerManager),
    },
    scheduler: {
      extraArgs: extraArgs({ ...common, ...election, ...gates }, options.scheduler),
      ...podOptions(options.scheduler),
    },
  };
}

/** The addresses and names of pods and Services. */
export function networking(options: ControlPlaneOptions): object {
  const { podCidr, serviceCidr } = clusterRanges(options);
  return { podSubnet: podCidr, serviceSubnet: serviceCidr, dnsDomain: options.dnsDomain ?? "cluster.local" };
}

function etcdConfiguration({ etcd, security }: ControlPlaneOptions, endpoints?: string[]): object {
  if (endpoints) return { external: { endpoints, caFile: `${pki}/etcd/ca.crt`, ...etcdClient } };
  return {
    local: {
      dataDir: etcd?.dataDir ?? defaultDataDir,
      extraArgs: extraArgs(etcdFlags(security), { extraArgs: tuningFlags(etcd) }),
      extraEnvs: named(etcd?.extraEnvs),
    },
  };
}

/** What is configured of every kubelet. */
export function kubeletConfiguration(options: ControlPlaneOptions): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    cgroupDriver: "systemd",
    ...kubeletFields(options.security),
    featureGates: options.featureGates,
    ...options.kubelet,
  };
}

function kubeProxyConfiguration(options: ControlPlaneOptions): object {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "nftables",
    featureGates: options.featureGates,
    ...options.kubeProxy,
  };
}

/** Days as a duration; absent means kubeadm's own. */
function hours(days?: number): string | undefined {
  return days === undefined ? undefined : `${days * 24}h0m0s`;
}

/** The host of `host:port`; an IPv6 address without its brackets. */
function hostOf(endpoint: string): string {
  return endpoint.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
}

function featureGates(gates: Record<string, boolean> = {}): Record<string, string> {
  const list = Object.entries(gates).map(([gate, on]) => `${gate}=${on}`);
  return list.length > 0 ? { "feature-gates": list.sort().join(",") } : {};
}

/** The user's flags over ours. */
function extraArgs(ours: Record<string, string>, component?: ComponentOptions): object[] | undefined {
  return named({ ...ours, ...component?.extraArgs });
}

/** What a component's pod has besides its flags. */
function podOptions({ extraVolumes = [], extraEnvs }: ComponentOptions = {}, ours: ExtraVolume[] = []): object {
  const volumes = [...ours, ...extraVolumes];
  return { extraVolumes: volumes.length > 0 ? volumes : undefined, extraEnvs: named(extraEnvs) };
}

/** A map in the list form of v1beta4, sorted so that the order of a map is not a change. */
function named(values: Record<string, string> = {}): object[] | undefined {
  const sorted = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.length > 0 ? sorted.map(([name, value]) => ({ name, value })) : undefined;
}
