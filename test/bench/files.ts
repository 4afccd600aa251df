/**
 * Writes what the two ways of the benchmark are given: `files.ts DIRECTORY PREFIX KUBERNETES-VERSION`.
 *
 * PREFIX: the first three numbers of the machines' addresses. DIRECTORY holds `client` and `host.pub` (ssh-keygen) and
 * gets `hand/`, the files that by-hand.sh copies onto machines, and `stack.yaml`, the same machines for Pulumi.
 */
import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { releaseOf } from "../../components/cluster/versions";
import { flannelManifest } from "../../components/network/flannel/flannel";
import { containerdConfig } from "../../components/software/containerd";
import { labInstall, labOptions, readLabFacts } from "../../lab/machines/facts";

const [directory, prefix, version] = process.argv.slice(2);
const release = releaseOf(version);
if (release === undefined) throw new Error(`Kubernetes ${version} has no row in components/cluster/releases.json`);
const facts = readLabFacts();
const endpoint = `${prefix}.10:6443`;
const podSubnet = "10.244.0.0/16";
const controlPlanes = [1, 2, 3].map((n) => ({ name: `cp-${n}`, address: `${prefix}.1${n}` }));

// What this machine's containers need is the same for both ways; whatever else there is to choose is kubeadm's default.
const { kubelet, kubeProxy } = labOptions(facts);
const kubeadm = [
  {
    apiVersion: "kubeadm.k8s.io/v1beta4",
    kind: "InitConfiguration",
    certificateKey: randomBytes(32).toString("hex"),
    localAPIEndpoint: { advertiseAddress: `${prefix}.11` },
    nodeRegistration: { criSocket: "unix:///run/containerd/containerd.sock" },
  },
  {
    apiVersion: "kubeadm.k8s.io/v1beta4",
    kind: "ClusterConfiguration",
    kubernetesVersion: `v${version}`,
    controlPlaneEndpoint: endpoint,
    networking: { podSubnet },
  },
  { apiVersion: "kubelet.config.k8s.io/v1beta1", kind: "KubeletConfiguration", cgroupDriver: "systemd", ...kubelet },
  // The mode is not kubeadm's default but the components', so that what kube-proxy costs is the same.
  {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "nftables",
    ...kubeProxy,
  },
];

const haproxy = `defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
frontend kubernetes
  bind *:6443
  default_backend control-planes
backend control-planes
  option httpchk GET /readyz
  http-check expect status 200
  balance roundrobin
  default-server check check-ssl verify none inter 1s fall 2 rise 1
${controlPlanes.map(({ name, address }) => `  server ${name} ${address}:6443\n`).join("")}`;

const hostKey = readFileSync(join(directory, "host.pub"), "utf8").trim();
const stack = {
  config: {
    "kubeadm-ha:machines": {
      source: "static",
      controlPlanes: controlPlanes.map((machine) => ({ ...machine, hostKey })),
      loadBalancers: [{ name: "lb-1", address: `${prefix}.10`, hostKey }],
    },
    "kubeadm-ha:sshPrivateKey": readFileSync(join(directory, "client"), "utf8"),
    "kubeadm-ha:cluster": {
      kubernetesVersion: version,
      install: labInstall(facts),
      protect: false,
      ...labOptions(facts),
    },
  },
};

const files: Record<string, string> = {
  "hand/kubeadm.yaml": kubeadm.map((document) => stringify(document)).join("---\n"),
  "hand/flannel.yaml": flannelManifest({ podCidr: podSubnet, image: release.flannel, endpoint }),
  "hand/config.toml": containerdConfig({ sandboxImage: release.pause, restrictOomScoreAdj: !facts.capSysResource }),
  "hand/haproxy.cfg": haproxy,
  "stack.yaml": stringify(stack),
};
mkdirSync(join(directory, "hand"));
cpSync(join(__dirname, "../../components/software/units"), join(directory, "hand"), { recursive: true });
for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text, { mode: 0o600 });
