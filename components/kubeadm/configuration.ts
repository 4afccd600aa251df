import { stringify } from "yaml";
import type { Node } from "../machine/node";
import { apiPort } from "../values/ports";
import { sharedConfiguration } from "./cluster-configuration";
import type { JoinCredentials } from "./join-credentials";
import { CloudProvider, type ControlPlaneOptions } from "./options";
import { patchesDirectory } from "./patches";

/** What a configuration depends on apart from machine and options. */
export interface JoinContext {
  /**
   * The client URLs of an external etcd.
   * @default none: every control plane has a member of its own
   */
  etcd?: string[];
  /**
   * What machines join with.
   * @default a token that is of no use
   */
  credentials?: JoinCredentials;
  /**
   * The file below `/etc/kubernetes/pki` that pods get to know API servers by.
   * @default the CA's certificate
   */
  rootCa?: string;
  /**
   * Hosts at which clients reach the API apart from the endpoint: load balancers that it is a name for, say.
   * @default nowhere else
   */
  alsoAt?: string[];
}

/** The CRI socket of containerd. */
const criSocket = "unix:///run/containerd/containerd.sock";
/** Where a joining machine has the kubeconfig that it finds the cluster with. */
export const discoveryKubeconfig = "/etc/kubernetes/discovery.conf";
/** The kubelet's kubeconfig is there before a join: join.sh signs it itself. */
const signedKubelet = "FileAvailable--etc-kubernetes-kubelet.conf";

/**
 * kubeadm's own limits. Its defaults (kubernetesAPICall 1m, etcdAPICall 2m, discovery 5m …) are meant for idle
 * machines: with several control planes joining at once on slow disks, etcdAPICall alone bounds adding a member,
 * syncing it and promoting it, while others hold the one learner's place. Each step has its deadline as well.
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
  { credentials, ...context }: JoinContext = {},
): string {
  return documents(
    {
      apiVersion: "kubeadm.k8s.io/v1beta4",
      kind: "InitConfiguration",
      localAPIEndpoint: { advertiseAddress: node.address, bindPort: apiPort },
      nodeRegistration: nodeRegistration(node, options),
      // The phase that makes bootstrap tokens also makes the RBAC that joining needs; the token itself may be of no
      // use.
      bootstrapTokens: [credentials ? { token: credentials.token, ttl: "2h0m0s" } : { ttl: "1s" }],
      certificateKey: credentials?.certificateKey,
      patches: { directory: patchesDirectory },
      timeouts,
    },
    ...sharedConfiguration(endpoint, options, context),
  );
}

/** What `kubeadm join` reads. */
export function joinConfiguration(node: Node, options: ControlPlaneOptions): string {
  return documents({
    apiVersion: "kubeadm.k8s.io/v1beta4",
    kind: "JoinConfiguration",
    controlPlane: { localAPIEndpoint: { advertiseAddress: node.address, bindPort: apiPort } },
    discovery: { file: { kubeConfigPath: discoveryKubeconfig } },
    nodeRegistration: {
      ...nodeRegistration(node, options),
      ignorePreflightErrors: ignored([...(options.ignorePreflightErrors ?? []), signedKubelet]),
    },
    patches: { directory: patchesDirectory },
    timeouts,
  });
}

/** What every kind of node is registered with; taints are those of a control plane. */
export function nodeRegistration(node: Node, options: ControlPlaneOptions) {
  return {
    name: node.name,
    criSocket,
    imagePullPolicy: "IfNotPresent",
    imagePullSerial: false,
    ignorePreflightErrors: options.ignorePreflightErrors && ignored(options.ignorePreflightErrors),
    kubeletExtraArgs: kubeletFlags(node, options),
    // Absent means kubeadm's own taint, an empty list means none.
    taints: options.schedulable ? [] : undefined,
  };
}

/** kubeadm takes `all`, in any case, alone only. */
function ignored(checks: string[]): string[] {
  return checks.some((check) => check.toLowerCase() === "all") ? ["all"] : checks;
}

/** The labels that a Node has of its machine. */
export function machineLabels({ labels, zone, region }: Node): Record<string, string> {
  return {
    ...labels,
    ...(zone ? { "topology.kubernetes.io/zone": zone } : {}),
    ...(region ? { "topology.kubernetes.io/region": region } : {}),
  };
}

/** What is the machine's own: the cluster's part is in the KubeletConfiguration, one for all. */
function kubeletFlags(node: Node, { cloudProvider }: ControlPlaneOptions): { name: string; value: string }[] {
  const flags = {
    "cloud-provider": cloudProvider === CloudProvider.External ? "external" : undefined,
    "node-ip": [node.address, ...(node.secondAddress ? [node.secondAddress] : [])].join(","),
    "node-labels": Object.entries(machineLabels(node))
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join(","),
    "provider-id": node.providerId,
  };
  return Object.entries(flags).flatMap(([name, value]) => (value ? [{ name, value }] : []));
}

/** One YAML file of several documents; of YAML 1.1, which Kubernetes reads, where a bare `yes` is not a text. */
export function documents(...objects: object[]): string {
  return joined(
    ...objects.map((object) => stringify(object, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false })),
  );
}

/** The same of documents that are text already. */
export function joined(...texts: string[]): string {
  return texts.join("---\n");
}
