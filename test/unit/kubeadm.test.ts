import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { initConfiguration, joinConfiguration } from "../../components/kubeadm/configuration";
import { CloudProvider, type ControlPlaneOptions, HostPathType } from "../../components/kubeadm/options";
import { TlsVersion } from "../../components/kubeadm/security-options";
import { workerConfiguration } from "../../components/kubeadm/worker-configuration";

const node = { name: "cp-2", address: "10.0.0.12" };
const plain: ControlPlaneOptions = { kubernetesVersion: "1.36.3" };
const everything: ControlPlaneOptions = {
  kubernetesVersion: "1.36.3",
  podCidr: "10.10.0.0/16",
  serviceCidr: "10.20.0.0/16",
  dnsDomain: "example.internal",
  extraSans: ["api.example.com", "198.51.100.7"],
  apiServer: {
    extraArgs: { "audit-log-maxage": "7", "event-ttl": "2h" },
    extraVolumes: [
      {
        name: "webhook",
        hostPath: "/etc/webhook",
        mountPath: "/etc/kubernetes/webhook",
        readOnly: true,
        pathType: HostPathType.Directory,
      },
    ],
    extraEnvs: { GOMEMLIMIT: "4GiB", GODEBUG: "x509negativeserial=1" },
  },
  security: { tlsMinVersion: TlsVersion.Tls13, kubeletServingCertificates: false, audit: { maxSize: 50 } },
  controllerManager: {
    extraArgs: { "node-cidr-mask-size": "24" },
    extraVolumes: [{ name: "cloud", hostPath: "/etc/cloud", mountPath: "/etc/cloud" }],
    extraEnvs: { HTTPS_PROXY: "http://proxy.example.com:3128" },
  },
  scheduler: { extraArgs: { v: "2" }, extraEnvs: { GOGC: "50" } },
  etcd: { extraArgs: { "quota-backend-bytes": "8589934592" }, extraEnvs: { GOMEMLIMIT: "2GiB" } },
  leaderElection: { leaseDuration: "30s", renewDeadline: "20s", retryPeriod: "4s" },
  featureGates: { Zeta: false, Alpha: true },
  patches: [{ target: "kube-apiserver", patch: "spec: {}" }],
  imageRepository: "registry.example.com/k8s",
  kubelet: { maxPods: 50, cgroupDriver: "systemd" },
  kubeProxy: { mode: "iptables" },
  ignorePreflightErrors: ["NumCPU"],
  schedulable: true,
};

const kinds = (yaml: string) => parseAllDocuments(yaml).map((document) => document.toJS());

test("init, with defaults", () => {
  expect(initConfiguration(node, "10.0.0.10:6443", plain)).toMatchSnapshot();
});

test("init, with everything that can be tuned", () => {
  expect(initConfiguration(node, "[2001:db8::10]:6443", everything)).toMatchSnapshot();
});

test("join, with defaults and with everything", () => {
  expect(joinConfiguration(node, plain)).toMatchSnapshot();
  expect(joinConfiguration(node, everything)).toMatchSnapshot();
});

test("of a machine with addresses of both families, the kubelet has both, and the API server the first", () => {
  const both = { name: "cp-2", address: "2001:db8::12", secondAddress: "10.0.0.12" };
  const ranges = { podCidr: "fd00:10:244::/56,10.244.0.0/16", serviceCidr: "fd00:10:96::/112,10.96.0.0/12" };
  const options = { ...plain, ...ranges, extraSans: ["api.example.com"] };
  const told = initConfiguration(both, "[2001:db8::10]:6443", options, { alsoAt: ["10.0.0.10"] });
  const [init, cluster] = kinds(told);
  expect(init.localAPIEndpoint.advertiseAddress).toBe("2001:db8::12");
  const flag = { name: "node-ip", value: "2001:db8::12,10.0.0.12" };
  expect(init.nodeRegistration.kubeletExtraArgs).toContainEqual(flag);
  expect(kinds(joinConfiguration(both, options))[0].nodeRegistration.kubeletExtraArgs).toContainEqual(flag);
  expect(cluster.apiServer.certSANs).toEqual(["2001:db8::10", "10.0.0.10", "api.example.com"]);
  expect(cluster.networking).toMatchObject({ podSubnet: ranges.podCidr, serviceSubnet: ranges.serviceCidr });
});

test("a kubelet in a cloud says where it is, and leaves the rest to the cloud's controller manager", () => {
  const inCloud = {
    ...node,
    zone: "eu-central-1a",
    region: "eu-central-1",
    labels: { "example.com/disk": "ssd" },
    providerId: "aws:///eu-central-1a/i-0123",
  };
  const options = { ...plain, cloudProvider: CloudProvider.External };
  for (const text of [initConfiguration(inCloud, "a:1", options), joinConfiguration(inCloud, options)]) {
    expect(kinds(text)[0].nodeRegistration.kubeletExtraArgs).toEqual([
      { name: "cloud-provider", value: "external" },
      { name: "node-ip", value: "10.0.0.12" },
      {
        name: "node-labels",
        value:
          "example.com/disk=ssd,topology.kubernetes.io/region=eu-central-1,topology.kubernetes.io/zone=eu-central-1a",
      },
      { name: "provider-id", value: "aws:///eu-central-1a/i-0123" },
    ]);
  }
});

test('kubeadm takes "all" alone only, so nothing stands beside it, of ours or of anybody', () => {
  const ignored = (text: string) => kinds(text)[0].nodeRegistration.ignorePreflightErrors;
  const options = { ...plain, ignorePreflightErrors: ["NumCPU", "ALL"] };
  const worker = { node, pool: "general", taints: [] };
  expect(ignored(initConfiguration(node, "a:1", options))).toEqual(["all"]);
  expect(ignored(joinConfiguration(node, options))).toEqual(["all"]);
  expect(ignored(workerConfiguration(worker, options))).toEqual(["all"]);
  expect(ignored(workerConfiguration(worker, plain))).toBeUndefined();
});

test("the endpoint's host is in the certificate, an IPv6 one without brackets", () => {
  const sans = (endpoint: string) => kinds(initConfiguration(node, endpoint, plain))[1].apiServer.certSANs;
  expect(sans("api.example.com:6443")).toEqual(["api.example.com"]);
  expect(sans("10.0.0.10:6443")).toEqual(["10.0.0.10"]);
  expect(sans("[2001:db8::10]:6443")).toEqual(["2001:db8::10"]);
});

test("behind a name the load balancers' address is in the certificate, too", () => {
  const sans = (endpoint: string, host: string) => {
    const [, cluster] = kinds(initConfiguration(node, endpoint, { ...plain, extraSans: ["x"] }, { alsoAt: [host] }));
    return [cluster.controlPlaneEndpoint, ...cluster.apiServer.certSANs];
  };
  const name = "api.example.com:6443";
  expect(sans(name, "10.0.0.10")).toEqual([name, "api.example.com", "10.0.0.10", "x"]);
  expect(sans(name, "2001:db8::10")).toEqual([name, "api.example.com", "2001:db8::10", "x"]);
  expect(sans(name, "api.example.com")).toEqual([name, "api.example.com", "x"]);
});

test("flags are a sorted list, so that their order in a configuration is no change", () => {
  const args = (extraArgs: Record<string, string>) =>
    initConfiguration(node, "a:1", { ...plain, apiServer: { extraArgs } });
  expect(args({ b: "1", a: "2" })).toBe(args({ a: "2", b: "1" }));
  const names = kinds(args({ b: "1", a: "2" }))[1].apiServer.extraArgs.map(({ name }: { name: string }) => name);
  expect(names).toEqual([...names].sort());
  expect(names).toEqual(expect.arrayContaining(["a", "b", "profiling"]));
});

test("variables are a sorted list, too, and nothing is there where none is given", () => {
  const text = (extraEnvs: Record<string, string>) =>
    initConfiguration(node, "a:1", { ...plain, scheduler: { extraEnvs } });
  expect(text({ B: "1", A: "2" })).toBe(text({ A: "2", B: "1" }));
  expect(text({})).toBe(initConfiguration(node, "a:1", plain));
});
