import { isIp } from "../../values/addresses";
import type { Problem } from "../../values/problems";
import type { ClusterPlan, Paths } from "./plan";

type Fields = Record<string, unknown>;

const ofDocument = "is what makes it a configuration; leave it out";

/** Fields of the KubeletConfiguration that something else has, or that others rely on. */
const ownedByKubelet: Record<string, string> = {
  apiVersion: ofDocument,
  kind: ofDocument,
  clusterDomain: "use dnsDomain",
  containerRuntimeEndpoint: "is containerd's socket, which kubeadm is told as well; leave it out",
  healthzBindAddress: "is where kubeadm and the roll-out look whether it is healthy; leave it out",
  healthzPort: "is where kubeadm and the roll-out look whether it is healthy; leave it out",
  staticPodPath: "is where kubeadm writes manifests; leave it out",
};

const many = 2 ** 31 - 1;

/** The limits of whole numbers: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
const ofKubelet: Record<string, [number, number]> = {
  eventBurst: [0, many],
  eventRecordQPS: [0, many],
  imageGCHighThresholdPercent: [0, 100],
  imageGCLowThresholdPercent: [0, 100],
  kubeAPIBurst: [0, many],
  kubeAPIQPS: [0, many],
  maxOpenFiles: [0, 2 ** 53 - 1],
  maxParallelImagePulls: [1, many],
  maxPods: [0, many],
  nodeStatusMaxImages: [-1, many],
  oomScoreAdj: [-1000, 1000],
  podPidsLimit: [-1, 2 ** 53 - 1],
  podsPerCore: [0, many],
  port: [1, 65535],
  readOnlyPort: [0, 65535],
  registryBurst: [0, many],
  registryPullQPS: [0, many],
};

const switches = [
  "cgroupsPerQOS",
  "cpuCFSQuota",
  "enableControllerAttachDetach",
  "enableServer",
  "failCgroupV1",
  "failSwapOn",
  "localStorageCapacityIsolation",
  "makeIPTablesUtilChains",
  "protectKernelDefaults",
  "seccompDefault",
  "serializeImagePulls",
];
const durations = [
  "evictionPressureTransitionPeriod",
  "fileCheckFrequency",
  "httpCheckFrequency",
  "imageMaximumGCAge",
  "imageMinimumGCAge",
  "nodeStatusReportFrequency",
  "nodeStatusUpdateFrequency",
  "runtimeRequestTimeout",
  "shutdownGracePeriod",
  "shutdownGracePeriodCriticalPods",
  "streamingConnectionIdleTimeout",
  "syncFrequency",
  "volumeStatsAggPeriod",
];
const textMaps = [
  "evictionHard",
  "evictionMinimumReclaim",
  "evictionSoft",
  "evictionSoftGracePeriod",
  "kubeReserved",
  "systemReserved",
];

const proxyModes = ["nftables", "iptables", "ipvs"];

/** Fields of kubelets' and kube-proxies' configuration, as far as is known what these refuse. */
export function componentConfigProblems({ options }: ClusterPlan, paths: Paths): Problem[] {
  const { kubelet = {}, kubeProxy = {} } = options;
  return [
    ...kubeletProblems(kubelet).map(({ path, message }) => ({ path: `${paths.options}kubelet.${path}`, message })),
    ...proxyProblems(kubeProxy).map(({ path, message }) => ({ path: `${paths.options}kubeProxy.${path}`, message })),
  ];
}

function kubeletProblems(fields: Fields): Problem[] {
  const problems = [
    ...ownedProblems(fields, ownedByKubelet),
    ...numberProblems(fields, ofKubelet),
    ...kindProblems(fields, switches, (value) => typeof value === "boolean", "true or false, without quotes"),
    ...kindProblems(fields, durations, isDuration, "a duration, such as 30s or 1h30m"),
    ...kindProblems(
      fields,
      textMaps,
      (value) => isMapOf(value, "string"),
      'a map of texts, such as { memory: "500Mi" }',
    ),
    ...kindProblems(fields, ["featureGates"], (value) => isMapOf(value, "boolean"), "a map of true and false"),
  ];
  const { cgroupDriver = "systemd", clusterDNS, serializeImagePulls = true, maxParallelImagePulls = 1 } = fields;
  const [low, high] = [fields.imageGCLowThresholdPercent ?? 80, fields.imageGCHighThresholdPercent ?? 85];
  if (cgroupDriver !== "systemd")
    problems.push({
      path: "cgroupDriver",
      message: `${shown(cgroupDriver)} is not that of containerd here; allowed: systemd`,
    });
  if (clusterDNS !== undefined && !(Array.isArray(clusterDNS) && clusterDNS.every((each) => isIp(`${each}`))))
    problems.push({ path: "clusterDNS", message: `${shown(clusterDNS)} is not a list of IP addresses` });
  if (typeof low === "number" && typeof high === "number" && low >= high && low <= 100)
    problems.push({
      path: `image${"imageGCLowThresholdPercent" in fields ? "GCLow" : "GCHigh"}ThresholdPercent`,
      message: `the low threshold, ${low}, is not below the high one, ${high}`,
    });
  if (serializeImagePulls !== false && Number(maxParallelImagePulls) > 1)
    problems.push({
      path: "maxParallelImagePulls",
      message: `${maxParallelImagePulls} images at once; set serializeImagePulls to false beside it`,
    });
  return problems;
}

function proxyProblems(fields: Fields): Problem[] {
  const { mode = "nftables", bindAddress } = fields;
  const problems = [
    ...ownedProblems(fields, { apiVersion: ofDocument, kind: ofDocument }),
    ...numberProblems(fields, { oomScoreAdj: [-1000, 1000] }),
  ];
  if (!proxyModes.includes(`${mode}`))
    problems.push({ path: "mode", message: `${shown(mode)} is not a mode; allowed: ${proxyModes.join(", ")}` });
  if (bindAddress !== undefined && !isIp(`${bindAddress}`))
    problems.push({ path: "bindAddress", message: `${shown(bindAddress)} is not an IP address` });
  return problems;
}

function ownedProblems(fields: Fields, owned: Record<string, string>): Problem[] {
  return Object.keys(fields)
    .filter((field) => Object.hasOwn(owned, field))
    .map((field) => ({ path: field, message: owned[field] }));
}

function numberProblems(fields: Fields, limits: Record<string, [number, number]>): Problem[] {
  return Object.entries(limits).flatMap(([field, [least, most]]) => {
    const { [field]: value } = fields;
    if (value === undefined || value === null) return [];
    if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return [];
    return [{ path: field, message: `${shown(value)} is not a whole number; allowed: ${least} to ${most}` }];
  });
}

function kindProblems(
  fields: Fields,
  names: string[],
  ok: (value: unknown) => boolean,
  expected: string,
): { path: string; message: string }[] {
  return names
    .filter((name) => fields[name] !== undefined && fields[name] !== null && !ok(fields[name]))
    .map((name) => ({ path: name, message: `${shown(fields[name])} is of the wrong kind; expected: ${expected}` }));
}

/** As Go reads it; none of them may be negative. */
function isDuration(value: unknown): boolean {
  return typeof value === "string" && /^(0|(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+)$/.test(value);
}

function isMapOf(value: unknown, kind: "string" | "boolean"): boolean {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return isMap && Object.values(value).every((each) => typeof each === kind);
}

function shown(value: unknown): string {
  return typeof value === "object" ? "what is there" : JSON.stringify(value);
}
