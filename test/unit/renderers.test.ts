import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { kubeconfig } from "../../components/kubeadm/kubeconfig";
import { flannelManifest } from "../../components/network/flannel/flannel";
import { sshFiles } from "../../components/remote/ssh-files";
import { containerd1Config, containerdConfig } from "../../components/software/containerd";
import { packageSources } from "../../components/software/files";
import { InstallMode } from "../../components/software/options";
import { registryHosts } from "../../components/software/registries";
import { proxyEnvironment, proxyUnit } from "../../components/values/proxy";
import { labInstall, labOptions } from "../../lab/machines/facts";

test("containerd, of either schema", () => {
  const values = { sandboxImage: "registry.k8s.io/pause:3.10.2", restrictOomScoreAdj: true };
  expect(containerdConfig(values)).toMatchSnapshot();
  expect(containerd1Config(values)).toMatchSnapshot();
});

test("a registry with a mirror; Docker's goes by another name", () => {
  expect(registryHosts("registry.k8s.io", "http://10.0.0.1:5000")).toMatchSnapshot();
  expect(registryHosts("docker.io", "https://mirror.example.com")).toContain("server = 'https://registry-1.docker.io'");
});

test("where packages come from", () => {
  expect(packageSources({ mode: InstallMode.Packages })).toMatchSnapshot();
  const mirrored = packageSources({
    mode: InstallMode.Packages,
    repository: "https://mirror.example.com/k8s/",
    keyFingerprint: "de15 b144 86cd 377b 9e87 6e1a 2346 54da 9a29 6437",
    containerdRepository: "https://mirror.example.com/it's docker",
  });
  expect(mirrored).toContain("KUBERNETES_REPOSITORY=https://mirror.example.com/k8s\n");
  expect(mirrored).toContain("KUBERNETES_KEY=DE15B14486CD377B9E876E1A234654DA9A296437\n");
  expect(mirrored).toContain("DOCKER_REPOSITORY='https://mirror.example.com/it'\\''s docker'\n");
});

test("proxies", () => {
  const proxy = { http: "http://proxy:3128", noProxy: ["10.0.0.0/8", ".example.com"] };
  expect(proxyEnvironment(proxy)).toMatchSnapshot();
  expect(proxyUnit(proxy)).toMatchSnapshot();
});

test("flannel", () => {
  expect(
    flannelManifest({ podCidr: "10.244.0.0/16", image: "flannel:v1", endpoint: "10.0.0.10:6443" }),
  ).toMatchSnapshot();
});

test.each([
  ["fd00:10:244::/56", { EnableIPv4: false, EnableIPv6: true, IPv6Network: "fd00:10:244::/56" }, undefined],
  [
    "10.244.0.0/16,fd00:10:244::/56",
    { Network: "10.244.0.0/16", EnableIPv6: true, IPv6Network: "fd00:10:244::/56" },
    "--iface=10.0.0.1 --public-ipv6=fd00::1",
  ],
  [
    "fd00:10:244::/56,10.244.0.0/16",
    { Network: "10.244.0.0/16", EnableIPv6: true, IPv6Network: "fd00:10:244::/56" },
    "--iface=10.0.0.1 --public-ipv6=fd00::1",
  ],
])("flannel for pods in %s", (podCidr, networks, flags) => {
  const objects = parseAllDocuments(flannelManifest({ podCidr, image: "flannel:v1", endpoint: "[fd00::10]:6443" })).map(
    (document) => document.toJS(),
  );
  const { data } = objects.find((object) => object.kind === "ConfigMap");
  expect(JSON.parse(data["net-conf.json"])).toEqual({ ...networks, Backend: { Type: "vxlan" } });
  const [{ command, env }] = objects.find((object) => object.kind === "DaemonSet").spec.template.spec.containers;
  expect(env).toContainEqual({ name: "KUBERNETES_SERVICE_HOST", value: "fd00::10" });
  if (flags === undefined) return expect(command.at(-1)).toBe("--iface=$(NODE_IP)");
  expect(env[0]).toEqual({ name: "NODE_IPS", valueFrom: { fieldRef: { fieldPath: "status.hostIPs" } } });
  const addresses = podCidr.startsWith("fd") ? "fd00::1,10.0.0.1" : "10.0.0.1,fd00::1";
  const line = command[2].replace("exec /opt/bin/flanneld", "echo");
  const told = execFileSync(command[0], [command[1], line], { env: { NODE_IPS: addresses }, encoding: "utf8" });
  expect(told).toBe(`--ip-masq --kube-subnet-mgr ${flags}\n`);
});

test("flannel brings its CNI plugin to machines that have none", () => {
  const values = {
    podCidr: "10.244.0.0/16",
    image: "flannel:v1",
    endpoint: "10.0.0.10:6443",
    pluginImage: "plugin:v1",
  };
  const { spec } = parseAllDocuments(flannelManifest(values))
    .map((document) => document.toJS())
    .find((object) => object.kind === "DaemonSet").spec.template;
  expect(spec.initContainers.map(({ image }: { image: string }) => image)).toEqual(["plugin:v1"]);
  const [{ name }] = spec.initContainers[0].volumeMounts;
  expect(spec.volumes).toContainEqual({ name, hostPath: { path: "/opt/cni/bin", type: "DirectoryOrCreate" } });
});

test("another pod CIDR starts the flannel pods again", () => {
  const template = (podCidr: string) =>
    parseAllDocuments(flannelManifest({ podCidr, image: "flannel:v1", endpoint: "10.0.0.10:6443" }))
      .map((d) => d.toJS())
      .find((o) => o.kind === "DaemonSet").spec.template;
  expect(template("10.0.0.0/16")).not.toEqual(template("10.1.0.0/16"));
});

test("kubeconfig", () => {
  const text = kubeconfig({
    clusterName: "lab",
    endpoint: "10.0.0.10:6443",
    caCertificate: "CA",
    user: "admin",
    certificate: "CERT",
    privateKey: "KEY",
  });
  expect(text).toMatchSnapshot();
  expect(Buffer.from(parse(text).users[0].user["client-key-data"], "base64").toString()).toBe("KEY");
});

test("a lab gets special settings only for what its machine lacks", () => {
  const facts = {
    engine: "docker",
    image: "i",
    bundle: { path: "/b", sha256: "s" },
    cgroupV1: false,
    capSysResource: true,
  };
  const usual = labOptions(facts);
  expect(usual.kubelet).not.toHaveProperty("failCgroupV1");
  expect(usual.kubelet).not.toHaveProperty("oomScoreAdj");
  expect(usual.ignorePreflightErrors).toEqual(["NumCPU", "Mem", "Swap"]);
  expect(labInstall(facts).restrictOomScoreAdj).toBe(false);
  const special = labOptions({ ...facts, cgroupV1: true, capSysResource: false });
  expect(special.kubelet).toMatchObject({ failCgroupV1: false, oomScoreAdj: 0 });
  expect(special.kubeProxy).toMatchObject({ oomScoreAdj: 0 });
  expect(special.ignorePreflightErrors).toContain("SystemVerification");
});

test("what ssh(1) reads to reach a machine, directly and by a bastion", () => {
  const machine = { host: "10.0.0.8", port: 22, user: "root", hostKey: "ssh-ed25519 AAAA", privateKey: "KEY" };
  const proxy = { host: "bastion.example.com", port: 2222, user: "jump", hostKey: "ssh-rsa BBBB", privateKey: "KEY 2" };
  expect(sshFiles(machine)).toMatchSnapshot();
  expect(sshFiles(machine, proxy)).toMatchSnapshot();
});
