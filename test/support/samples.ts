import type { z } from "zod";
import { clusterSchema } from "../../config/cluster";

/** A part of `cluster` in a configuration, with values that are not the defaults. */
export type Sample = Partial<z.input<typeof clusterSchema>>;

const policy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - { level: None, nonResourceURLs: ["/healthz*", "*"] }
  - { level: RequestResponse, namespaces: [prod], resources: [{ group: apps, resources: [deployments] }] }
  - { level: Metadata }
`;

const volume: NonNullable<NonNullable<Sample["apiServer"]>["extraVolumes"]>[number] = {
  name: "webhook",
  hostPath: "/etc/my-webhook",
  mountPath: "/etc/kubernetes/webhook",
  readOnly: true,
  pathType: "DirectoryOrCreate",
};
const inPods = { extraVolumes: [volume], extraEnvs: { GOMEMLIMIT: "4GiB", "my.name-1": "" } };

/**
 * Every option of a cluster at another value than its default, by itself or with what belongs to it; all together they
 * are a configuration, too.
 */
export const samples = (ca: string): Sample[] => [
  { kubernetesVersion: "1.36.1" },
  { podCidr: "10.10.0.0/16" },
  { serviceCidr: "10.20.0.0/28" },
  { dnsDomain: "example.internal" },
  { extraSans: ["api.example.com", "*.example.com", "198.51.100.7", "2001:db8::7"] },
  { apiServer: { extraArgs: { "event-ttl": "2h" } } },
  { controllerManager: { extraArgs: { "node-cidr-mask-size-ipv4": "26" } } },
  { scheduler: { extraArgs: { v: "2" } } },
  { apiServer: inPods },
  { controllerManager: inPods },
  { scheduler: inPods },
  { etcd: { heartbeatInterval: 200, electionTimeout: 2000 } },
  { etcd: { quotaBackendBytes: 8_589_934_592 } },
  { etcd: { autoCompactionMode: "periodic", autoCompactionRetention: "1h30m" } },
  { etcd: { snapshotCount: 5000 } },
  { etcd: { dataDir: "/srv/etcd-1/data.d" } },
  { etcd: { extraArgs: { "max-request-bytes": "3145728" } } },
  { etcd: { extraEnvs: { GOMEMLIMIT: "4GiB" } } },
  { security: { encryption: { keys: ["no", "key-1", "identity"] } } },
  { security: { audit: { enabled: false } } },
  { security: { audit: { enabled: true, policy, maxAge: 7, maxBackups: 3, maxSize: 50 } } },
  {
    security: {
      oidc: {
        issuerUrl: "https://login.example.com/realms/main",
        clientId: "kubernetes",
        usernameClaim: "email",
        usernamePrefix: "",
        groupsClaim: "groups",
        groupsPrefix: "people:",
        requiredClaims: { hd: "example.com", member: "yes" },
        caCertificate: ca,
      },
    },
  },
  {
    security: {
      podSecurity: {
        enforce: "baseline",
        audit: "restricted",
        warn: "restricted",
        exemptNamespaces: ["ingress-nginx", "on"],
      },
    },
  },
  { security: { anonymousPaths: ["/version", "/livez"] } },
  { security: { tlsMinVersion: "TLS1.3" } },
  { security: { kubeletServingCertificates: false } },
  { leaderElection: { leaseDuration: "1m", renewDeadline: "40s", retryPeriod: "4s" } },
  { featureGates: { ContextualLogging: false } },
  { patches: [{ target: "kubeletconfiguration", type: "merge", patch: "maxPods: 60" }] },
  { imageRepository: "registry.example.com:5000/k8s/mirror_1" },
  { kubelet: { maxPods: 50, evictionHard: { "memory.available": "200Mi" } } },
  { kubeProxy: { mode: "iptables", conntrack: { maxPerCore: 0 } } },
  { ignorePreflightErrors: ["NumCPU", "Mem"] },
  { schedulable: true },
  { cloudProvider: "external" },
  { certificates: { keyAlgorithm: "RSA-3072", validityDays: 30, authorityValidityDays: 700 } },
];

/** Options that no program of Kubernetes or etcd reads, and what reads them instead. */
export const elsewhere: Record<string, string> = {
  loadBalancer: "HAProxy, NGINX and keepalived",
  controlPlaneEndpoint: "every configuration names one",
  endpointName: "every configuration names one",
  install: "the scripts that install",
  cni: "the pod network",
  "certificates.mode": "who makes the CAs",
  protect: "Pulumi",
  generation: "Pulumi",
};

type Tree = { [key: string]: unknown };

/** A copy of a tree with another one laid over it. */
export function merged<T>(under: T, over: unknown): T {
  const isTree = (value: unknown): value is Tree =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isTree(under) || !isTree(over)) return over as T;
  const keys = [...new Set([...Object.keys(under), ...Object.keys(over)])];
  return Object.fromEntries(
    keys.map((key) => [key, key in over ? (key in under ? merged(under[key], over[key]) : over[key]) : under[key]]),
  ) as T;
}

/** Every option of a schema that has none below it, as a path. */
export function leaves(schema: z.core.$ZodType = clusterSchema, path = ""): string[] {
  const { def } = schema as z.ZodType & { def: Record<string, never> };
  if ("innerType" in def) return leaves(def.innerType, path);
  if ("element" in def) return leaves(def.element, path);
  if (!("shape" in def)) return [path];
  return Object.entries<z.ZodType>(def.shape).flatMap(([key, each]) => leaves(each, path ? `${path}.${key}` : key));
}

/** Which of these options a sample sets. */
export function covered(sample: unknown, options: string[], path = ""): string[] {
  if (options.includes(path)) return [path];
  const parts: [string, unknown][] = Array.isArray(sample)
    ? sample.map((each) => [path, each])
    : Object.entries(sample as Tree).map(([key, each]) => [path ? `${path}.${key}` : key, each]);
  return parts.flatMap(([at, each]) => covered(each, options, at));
}
