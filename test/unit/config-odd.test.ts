import { describe, expect, test } from "vitest";
import { labConfig } from "../support/fixtures";
import { only, problems } from "../support/problems";

// What somebody might write, and what would otherwise end an `up` on the machines, by the rules of those who read it.

const withCluster = (cluster: object) => ({ ...labConfig, cluster: { ...labConfig.cluster, ...cluster } });
const part = "is what makes it a part of this cluster; leave it out";
const member = "is what makes a member one of this cluster; leave it out";
const control = "has a line break or another control character in it";

test.each([
  [{ kubernetesVersion: "1.36.03" }, 'kubernetesVersion: "1.36.03" is not supported; supported: 1.36.x'],
  [
    { leaderElection: { leaseDuration: "9999999999h" } },
    'leaderElection.leaseDuration: "9999999999h" is not a duration above zero; examples: 15s, 1m30s',
  ],
  [
    { serviceCidr: "127.64.0.0/16" },
    'serviceCidr: "127.64.0.0/16" is a range that no network leads to; example: 10.244.0.0/16, with no bit set beyond the prefix',
  ],
  [
    { podCidr: "224.0.0.0/16" },
    'podCidr: "224.0.0.0/16" is a range that no network leads to; example: 10.244.0.0/16, with no bit set beyond the prefix',
  ],
  [
    { patches: [{ target: "kube-apiserver", type: "json", patch: '[{"op":"set","path":"/spec"}]' }] },
    "patches[0].patch: has an operation that is none; expected: a path that begins with a slash, and one of add, remove, replace, move, copy, test",
  ],
  [
    { patches: [{ target: "kube-apiserver", type: "json", patch: "- op: remove\n  path: spec" }] },
    "patches[0].patch: has an operation that is none; expected: a path that begins with a slash, and one of add, remove, replace, move, copy, test",
  ],
])("%j", (cluster, message) => {
  expect(only(withCluster(cluster))).toBe(`cluster.${message}`);
});

describe("flags that something else has", () => {
  test.each([
    ["apiServer", "etcd-servers", "https://10.0.0.1:2379", part],
    ["apiServer", "advertise-address", "10.0.0.1", "is the address of each machine; leave it out"],
    ["apiServer", "service-cluster-ip-range", "10.0.0.0/16", "use serviceCidr"],
    ["apiServer", "tls-cert-file", "/etc/my.crt", part],
    ["apiServer", "secure-port", "443", "is the port that load balancers lead to; leave it out"],
    ["controllerManager", "cluster-cidr", "10.0.0.0/16", "use podCidr"],
    ["controllerManager", "root-ca-file", "/etc/my.crt", part],
    ["scheduler", "kubeconfig", "/etc/my.conf", part],
    ["scheduler", "secure-port", "0", "is where kubeadm and the roll-out look whether it is healthy; leave it out"],
    [
      "controllerManager",
      "leader-elect",
      "false",
      '"false" would have all of them work at once, one on each control plane; leave it out',
    ],
    [
      "apiServer",
      "bind-address",
      "127.0.0.1",
      '"127.0.0.1" is not where all of them can be reached; allowed: 0.0.0.0, ::',
    ],
    [
      "scheduler",
      "bind-address",
      "10.0.0.11",
      '"10.0.0.11" is not where all of them can be reached; allowed: 127.0.0.1, 0.0.0.0, ::',
    ],
    ["apiServer", "event-ttl", "1h\n--v=9", `${control}; expected: one line of text`],
    ["etcd", "force-new-cluster", "true", member],
    ["etcd", "config-file", "/etc/etcd.yaml", member],
    ["etcd", "discovery-srv", "example.com", member],
    ["etcd", "auto-tls", "true", member],
    ["etcd", "wal-dir", "/wal", "use dataDir"],
    ["etcd", "log-level", "warn\nUser=nobody", `${control}; expected: one line of text`],
  ])("%s: %s=%j", (component, flag, value, message) => {
    expect(only(withCluster({ [component]: { extraArgs: { [flag]: value } } }))).toBe(
      `cluster.${component}.extraArgs.${flag}: ${message}`,
    );
  });

  test("others are the user's", () => {
    const cluster = {
      apiServer: { extraArgs: { "enable-admission-plugins": "NodeRestriction", "audit-log-maxage": "7" } },
      controllerManager: { extraArgs: { "bind-address": "0.0.0.0", "leader-elect": "true" } },
      scheduler: { extraArgs: { config: "/etc/kubernetes/scheduler/config.yaml" } },
      etcd: { extraArgs: { "max-wals": "9" } },
    };
    expect(problems(withCluster(cluster))).toEqual([]);
  });
});

describe("settings of etcd", () => {
  test.each([
    [
      "quotaBackendBytes",
      { quotaBackendBytes: 8 },
      "8 bytes are full before the cluster is up; allowed: 67108864 (64 MiB) or more",
    ],
    [
      "dataDir",
      { dataDir: "/var/lib/kubelet/etcd" },
      '"/var/lib/kubelet/etcd" belongs to others, or is gone with the next boot; example: /var/lib/etcd',
    ],
    [
      "dataDir",
      { dataDir: "/tmp/etcd" },
      '"/tmp/etcd" belongs to others, or is gone with the next boot; example: /var/lib/etcd',
    ],
    [
      "autoCompactionRetention",
      { autoCompactionMode: "revision", autoCompactionRetention: "9".repeat(30) },
      `"${"9".repeat(30)}" is not a number of revisions; example: 10000`,
    ],
    ["extraEnvs.A", { extraEnvs: { A: "b\nExecStartPre=/bin/false" } }, `${control}; expected: one line of text`],
  ])("%s", (path, etcd, message) => {
    expect(only(withCluster({ etcd }))).toBe(`cluster.etcd.${path}: ${message}`);
  });
});

describe("what kubelets and kube-proxies read", () => {
  test.each([
    ["kubelet.maxPods", "50", '"50" is not a whole number; allowed: 0 to 2147483647'],
    ["kubelet.maxPods", -1, "-1 is not a whole number; allowed: 0 to 2147483647"],
    ["kubelet.imageGCHighThresholdPercent", 120, "120 is not a whole number; allowed: 0 to 100"],
    ["kubelet.imageGCHighThresholdPercent", 60, "the low threshold, 80, is not below the high one, 60"],
    ["kubelet.oomScoreAdj", -2000, "-2000 is not a whole number; allowed: -1000 to 1000"],
    ["kubelet.maxParallelImagePulls", 5, "5 images at once; set serializeImagePulls to false beside it"],
    ["kubelet.cgroupDriver", "cgroupfs", '"cgroupfs" is not that of containerd here; allowed: systemd'],
    ["kubelet.clusterDNS", "10.96.0.10", '"10.96.0.10" is not a list of IP addresses'],
    ["kubelet.clusterDomain", "other.local", "use dnsDomain"],
    ["kubelet.staticPodPath", "/etc/pods", "is where kubeadm writes manifests; leave it out"],
    ["kubelet.healthzPort", 10250, "is where kubeadm and the roll-out look whether it is healthy; leave it out"],
    ["kubelet.failSwapOn", "no", '"no" is of the wrong kind; expected: true or false, without quotes'],
    ["kubelet.syncFrequency", "-1s", '"-1s" is of the wrong kind; expected: a duration, such as 30s or 1h30m'],
    ["kubelet.imageMinimumGCAge", 120, "120 is of the wrong kind; expected: a duration, such as 30s or 1h30m"],
    [
      "kubelet.systemReserved",
      { cpu: 1 },
      'what is there is of the wrong kind; expected: a map of texts, such as { memory: "500Mi" }',
    ],
    ["kubelet.featureGates", { A: "true" }, "what is there is of the wrong kind; expected: a map of true and false"],
    ["kubeProxy.mode", "userspace", '"userspace" is not a mode; allowed: nftables, iptables, ipvs'],
    ["kubeProxy.bindAddress", "eth0", '"eth0" is not an IP address'],
  ])("%s: %j", (path, value, message) => {
    const [key, field] = path.split(".");
    expect(only(withCluster({ [key]: { [field]: value } }))).toBe(`cluster.${path}: ${message}`);
  });

  test("what they take is taken", () => {
    const kubelet = {
      maxPods: 250,
      cgroupDriver: "systemd",
      imageGCHighThresholdPercent: 100,
      serializeImagePulls: false,
      maxParallelImagePulls: 5,
      evictionHard: { "memory.available": "5%" },
      failSwapOn: false,
      imageMinimumGCAge: "1h30m",
      shutdownGracePeriod: null,
      featureGates: { Alpha: true },
      podPidsLimit: 4096,
    };
    expect(problems(withCluster({ kubelet, kubeProxy: { mode: "ipvs", conntrack: { min: 0 } } }))).toEqual([]);
  });
});
