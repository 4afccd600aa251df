import { stringify } from "yaml";
import { defaultDataDir, tuningFlags } from "../etcd/flags";
import { KeyAlgorithm } from "../pki/options";
import type { Invitation } from "./invitation";
import { CloudProvider, type ComponentOptions, type ControlPlaneOptions, type Patch } from "./options";
import { clusterRanges } from "./ranges";
import { apiServerFlags, apiServerVolumes, componentFlags, etcdFlags, kubeletFields } from "./security";

/** The machine that a kubeadm configuration is for. */
export interface Node {
  /** Its name: node name and etcd member name. */
  name: string;
  /** The address at which the cluster reaches it. */
  address: string;
  /** Labels of the Node. */
  labels?: Record<string, string>;
  /** The zone it is in. */
  zone?: string;
  /** The region it is in. */
  region?: string;
  /** What a cloud controller manager knows it by. */
  providerId?: string;
}

/** What a configuration depends on besides machine and options. */
export interface Surroundings {
  /**
   * The client URLs of an external etcd.
   * @default none: every control plane has a member of its own
   */
  etcd?: string[];
  /**
   * What machines join with.
   * @default a token that is of no use
   */
  invitation?: Invitation;
  /**
   * The file below `/etc/kubernetes/pki` that pods get to know API servers by.
   * @default the CA's certificate
   */
  rootCa?: string;
}

/** The CRI socket of containerd. */
export const criSocket = "unix:///run/containerd/containerd.sock";
/** Where kubeadm finds patches on a machine. */
export const patchesDirectory = "/etc/kubernetes/patches";
/** Where join.sh puts the kubeconfig that a joining machine signs for itself. */
export const discoveryKubeconfig = "/etc/kubernetes/discovery.conf";
const pki = "/etc/kubernetes/pki";
/** Where the API servers' certificate for an external etcd is placed. */
const etcdClient = { certFile: `${pki}/apiserver-etcd-client.crt`, keyFile: `${pki}/apiserver-etcd-client.key` };
/** The kubelet's kubeconfig is there before a join: join.sh signs it itself. */
const signedKubelet = "FileAvailable--etc-kubernetes-kubelet.conf";

/**
 * kubeadm's own limits. Its defaults (kubernetesAPICall 1m, etcdAPICall 2m, discovery 5m …) are meant for idle machines:
 * with several control planes joining at once on slow disks, etcdAPICall alone bounds adding a member, syncing it and
 * promoting it, while others hold the one learner's place. Each step has its deadline besides.
 * https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/#kubeadm-k8s-io-v1beta4-Timeouts
 */
export const timeouts = {
  controlPlaneComponentHealthCheck: "10m0s",
  kubeletHealthCheck: "8m0s",
  kubernetesAPICall: "4m0s",
  etcdAPICall: "8m0s",
  tlsBootstrap: "8m0s",
  discovery: "8m0s",
};

/** What `kubeadm init` reads: the node's part and the cluster's part, kubelet and kube-proxy. */
export function initConfiguration(
  node: Node,
  endpoint: string,
  options: ControlPlaneOptions,
  { etcd, invitation, rootCa }: Surroundings = {},
): string {
  return documents(
    {
      apiVersion: "kubeadm.k8s.io/v1beta4",
      kind: "InitConfiguration",
      localAPIEndpoint: { advertiseAddress: node.address, bindPort: 6443 },
      nodeRegistration: nodeRegistration(node, options),
      // The phase that makes bootstrap tokens also makes the RBAC that joining needs; the token itself may be of no use.
      bootstrapTokens: [invitation ? { token: invitation.token, ttl: "2h0m0s" } : { ttl: "1s" }],
      certificateKey: invitation?.certificateKey,
      patches: patches(options),
      timeouts,
    },
    { ...clusterConfiguration(endpoint, options, rootCa), etcd: etcdConfiguration(options, etcd) },
    kubeletConfiguration(options),
    kubeProxyConfiguration(options),
  );
}

/** What `kubeadm join` reads. */
export function joinConfiguration(node: Node, options: ControlPlaneOptions): string {
  return documents({
    apiVersion: "kubeadm.k8s.io/v1beta4",
    kind: "JoinConfiguration",
    controlPlane: { localAPIEndpoint: { advertiseAddress: node.address, bindPort: 6443 } },
    discovery: { file: { kubeConfigPath: discoveryKubeconfig } },
    nodeRegistration: {
      ...nodeRegistration(node, options),
      ignorePreflightErrors: [...(options.ignorePreflightErrors ?? []), signedKubelet],
    },
    patches: patches(options),
    timeouts,
  });
}

/** Patches as files of kubeadm's patches directory, text by file name. */
export function patchFiles(list: Patch[]): Record<string, string> {
  // kubeadm reads target, optional suffix and type from the name, and applies files in alphabetical order.
  return Object.fromEntries(
    list.map(({ target, type, patch }, index) => [
      `${target}${String(index).padStart(2, "0")}+${type ?? "strategic"}.yaml`,
      patch,
    ]),
  );
}

function clusterConfiguration(endpoint: string, options: ControlPlaneOptions, rootCa?: string): object {
  const election = {
    "leader-elect-lease-duration": options.leaderElection?.leaseDuration ?? "15s",
    "leader-elect-renew-deadline": options.leaderElection?.renewDeadline ?? "10s",
    "leader-elect-retry-period": options.leaderElection?.retryPeriod ?? "2s",
  };
  const gates = featureGates(options.featureGates);
  const { podCidr, serviceCidr } = clusterRanges(options);
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
    networking: {
      podSubnet: podCidr,
      serviceSubnet: serviceCidr,
      dnsDomain: options.dnsDomain ?? "cluster.local",
    },
    apiServer: {
      certSANs: [hostOf(endpoint), ...(options.extraSans ?? [])],
      extraArgs: extraArgs({ ...apiServerFlags(security), ...gates }, options.apiServer),
      extraVolumes: apiServerVolumes(security),
    },
    controllerManager: {
      extraArgs: extraArgs({ ...common, ...election, ...gates, ...signing }, options.controllerManager),
    },
    scheduler: { extraArgs: extraArgs({ ...common, ...election, ...gates }, options.scheduler) },
  };
}

function etcdConfiguration({ etcd, security }: ControlPlaneOptions, endpoints?: string[]): object {
  if (endpoints) return { external: { endpoints, caFile: `${pki}/etcd/ca.crt`, ...etcdClient } };
  return {
    local: {
      dataDir: etcd?.dataDir ?? defaultDataDir,
      extraArgs: extraArgs(etcdFlags(security), { extraArgs: tuningFlags(etcd) }),
    },
  };
}

function kubeletConfiguration(options: ControlPlaneOptions): object {
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

/** What every kind of node is registered with; taints are those of a control plane. */
export function nodeRegistration(node: Node, options: ControlPlaneOptions): object {
  return {
    name: node.name,
    criSocket,
    imagePullPolicy: "IfNotPresent",
    imagePullSerial: false,
    ignorePreflightErrors: options.ignorePreflightErrors,
    kubeletExtraArgs: kubeletFlags(node, options),
    // Absent means kubeadm's own taint, an empty list means none.
    taints: options.schedulable ? [] : undefined,
  };
}

/** What is the machine's own: the cluster's part is in the KubeletConfiguration, one for all. */
function kubeletFlags(node: Node, { cloudProvider }: ControlPlaneOptions): object[] {
  const labels = {
    ...node.labels,
    ...(node.zone ? { "topology.kubernetes.io/zone": node.zone } : {}),
    ...(node.region ? { "topology.kubernetes.io/region": node.region } : {}),
  };
  const flags = {
    "cloud-provider": cloudProvider === CloudProvider.External ? "external" : undefined,
    "node-ip": node.address,
    "node-labels": Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join(","),
    "provider-id": node.providerId,
  };
  return Object.entries(flags).flatMap(([name, value]) => (value ? [{ name, value }] : []));
}

/** Where kubeadm finds patches, if there are any. */
export function patches(options: ControlPlaneOptions): object | undefined {
  return options.patches?.length ? { directory: patchesDirectory } : undefined;
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

/** The user's flags over ours, in the list form of v1beta4, sorted so that the order of a map is no change. */
function extraArgs(ours: Record<string, string>, component?: ComponentOptions): object[] | undefined {
  const flags = Object.entries({ ...ours, ...component?.extraArgs }).sort(([a], [b]) => (a < b ? -1 : 1));
  return flags.length > 0 ? flags.map(([name, value]) => ({ name, value })) : undefined;
}

/** One YAML file of several documents; of YAML 1.1, which Kubernetes reads, where a bare `yes` is no text. */
export function documents(...objects: object[]): string {
  return objects
    .map((object) => stringify(object, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false }))
    .join("---\n");
}
