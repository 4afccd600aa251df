import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Any, Lab } from "../support/lab";
import { poll } from "../support/process";
import { isWhole } from "./cluster/kubernetes";
import { installsByDnf } from "./packages/dnf";
import { installsEtcd } from "./packages/etcd";
import { readImages } from "./packages/images";
import { Mirror } from "./packages/mirror";
import { makeRepositories } from "./packages/repository";

// Machines that have nothing but a proxy on the way to packages and a mirror of registries, as in a company's network.
const lab = new Lab("packages");
const root = mkdtempSync(join(tmpdir(), "kubeadm-ha-packages-"));
let mirror: Mirror;
let address: string;
let install: Record<string, unknown>;

beforeAll(async () => {
  await lab.begin();
  const bundle = lab.facts.bundle.path;
  const { fingerprint } = await makeRepositories(root, bundle, "1.36.3");
  mkdirSync(join(root, "images"));
  mirror = new Mirror(root, await readImages(join(root, "images"), bundle));
  address = `http://${lab.gateway}:${await mirror.start()}`;
  install = {
    mode: "packages",
    repository: "http://packages.test/k8s",
    keyFingerprint: fingerprint,
    containerd: "docker",
    containerdVersion: "2.2",
    containerdRepository: "http://packages.test/docker",
    containerdKeyFingerprint: fingerprint,
    proxy: { http: address, noProxy: [lab.config.machines.subnet] },
    registryMirrors: { "registry.k8s.io": address, "ghcr.io": address },
    // Harmless where a machine has the capability, and needed where it has not.
    restrictOomScoreAdj: true,
    swapInContainers: true,
  };
});
afterAll(async () => {
  await lab.end();
  await mirror?.stop();
  rmSync(root, { recursive: true, force: true });
});

const installed = (machine: string) =>
  lab.on(machine, "dpkg -l | awk '$1 ~ /i$/ && $2 ~ /^(kube|cri-tools|containerd)/ { print $2, $3 }'");

test("a key with another fingerprint is refused before anything is installed", async () => {
  const other = "DE15 B144 86CD 377B 9E87 6E1A 2346 54DA 9A29 6436";
  lab.configure({ cluster: { install: { ...install, keyFingerprint: other } } });
  const { status, output } = await lab.pulumi("up", "--yes", "--skip-preview");
  expect(status, output).not.toBe(0);
  expect(output).toContain(
    `error: the key of the Kubernetes packages at http://packages.test/k8s/v1.36/deb/Release.key has the fingerprint ${install.keyFingerprint}; nothing was installed`,
  );
  expect(output).toContain(`expected: ${other.replaceAll(" ", "")}`);
  for (const machine of lab.controlPlanes) {
    expect(await installed(machine)).toBe("");
    expect(await lab.on(machine, "ls /etc/apt/sources.list.d /etc/apt/keyrings")).not.toContain("kubeadm-ha");
  }
});

test("whoever holds the lock of the package manager is waited for", async () => {
  const machines = lab.config.machines.controlPlanes.map((machine: Any, i: number) => ({
    ...machine,
    zone: `zone-${i + 1}`,
    region: "lab",
    labels: { "example.com/rack": `r${i + 1}` },
    providerId: `lab:///zone-${i + 1}/${machine.name}`,
  }));
  lab.configure({ machines: { controlPlanes: machines }, cluster: { install, cloudProvider: "external" } });
  // Somebody has installed Kubernetes on this one before, by the vendor's instructions.
  const theirs = readFileSync(join(root, "k8s/v1.36/deb/Release.key"), "utf8");
  await lab.on(
    "cp-3",
    `cat >/usr/share/keyrings/theirs.asc <<'KEY'\n${theirs}\nKEY
     echo 'deb [signed-by=/usr/share/keyrings/theirs.asc] http://packages.test/k8s/v1.36/deb/ /' \
       >/etc/apt/sources.list.d/kubernetes.list`,
  );
  // As dpkg locks: by fcntl(2), the whole file.
  const lock = `use Fcntl; open(F, ">>", "/var/lib/dpkg/lock-frontend"); my $l = pack("s s x!8 q q i", F_WRLCK, 0, 0, 0, 0); fcntl(F, F_SETLK, $l) or die; sleep 600`;
  await lab.on("cp-2", `perl -e '${lock}' </dev/null >/dev/null 2>&1 & echo $! >/run/holder`);
  await lab.on("cp-2", "kill -0 $(cat /run/holder)");
  const up = lab.start("up", "--yes", "--skip-preview");
  await poll("cp-2 to wait", 300, () => {
    expect(up.output).toMatch(
      /cp-2-(?:prepare|stage).*waiting for the lock of the package manager: .*held by process \d+ \(perl\)/,
    );
  });
  expect(await installed("cp-2")).toBe("");
  await lab.on("cp-2", "kill $(cat /run/holder)");
  const { status, output } = await up.ended;
  expect(status, output).toBe(0);
  await lab.up("--expect-no-changes");
});

describe("machines", () => {
  test.each(lab.controlPlanes)("%s has the packages of the version, held, and nothing of a bundle", async (machine) => {
    expect((await installed(machine)).trim().split("\n").sort()).toEqual([
      "containerd.io 2.2.2-1~debian.12~bookworm",
      "cri-tools 1.36.0-1.1",
      "kubeadm 1.36.3-1.10",
      "kubectl 1.36.3-1.10",
      "kubelet 1.36.3-1.10",
      "kubernetes-cni 1.8.0-1.1",
    ]);
    const upgrade = await lab.on(machine, "apt-get -s dist-upgrade");
    expect(upgrade).toMatch(/kept back:\n\s+containerd\.io kubeadm kubectl kubelet\n/);
    expect(await lab.on(machine, "ls /usr/local/bin")).toBe("etcdctl\n");
    expect(await lab.on(machine, "readlink /proc/$(pidof kubelet)/exe")).toBe("/usr/bin/kubelet\n");
  });

  test("all that was fetched came by the proxy", () => {
    expect(mirror.requests.filter((line) => line.includes("packages.test/k8s/v1.36/deb/")).length).toBeGreaterThan(0);
    expect(mirror.requests.filter((line) => line.includes("debian.org")).length).toBeGreaterThan(0);
  });
});

test("a load balancer's programs come by the proxy, too", async () => {
  await lab.on("lb-1", "systemctl stop haproxy && dpkg --purge haproxy");
  const before = mirror.requests.length;
  await lab.up("--replace", await lab.urn("lb-1-configure"));
  expect(mirror.requests.slice(before).filter((line) => /debian\.org.*\/haproxy_/.test(line))).toHaveLength(1);
});

describe("Nodes in a cloud", () => {
  test("say where they are, and wait for the cloud's controller manager", async () => {
    const { items } = await lab.get("nodes");
    const told = items.map(({ metadata: { labels }, spec }: Any) => ({
      zone: labels["topology.kubernetes.io/zone"],
      region: labels["topology.kubernetes.io/region"],
      rack: labels["example.com/rack"],
      providerId: spec.providerID,
      waits: spec.taints.some(({ key }: Any) => key === "node.cloudprovider.kubernetes.io/uninitialized"),
    }));
    expect(told).toEqual(
      [1, 2, 3].map((i) => ({
        zone: `zone-${i}`,
        region: "lab",
        rack: `r${i}`,
        providerId: `lab:///zone-${i}/cp-${i}`,
        waits: true,
      })),
    );
    // What the controller manager does when it has seen to a Node.
    await lab.kubectl(["taint", "nodes", "--all", "node.cloudprovider.kubernetes.io/uninitialized-"]);
    // One Node was free of it before the others, and both of CoreDNS were scheduled there.
    await lab.kubectl(["-n", "kube-system", "rollout", "restart", "deployment/coredns"]);
    await lab.kubectl(["-n", "kube-system", "rollout", "status", "deployment/coredns", "--timeout=120s"], {
      deadline: 150,
    });
  });

  isWhole(lab);
});

// The machine of the load balancer, which has done its part.
describe("etcd from its archive", () => installsEtcd(lab, "lb-1", root, () => ({ mirror, proxy: address })));
describe("with dnf", () => installsByDnf(lab, "lb-1", () => address));

// Another network past the proxy, and one mirror less.
const changed = () => ({
  ...install,
  proxy: { http: address, noProxy: [lab.config.machines.subnet, "192.0.2.0/24"] },
  registryMirrors: { "registry.k8s.io": address },
});
const proxied = (machine: string) => lab.on(machine, "systemctl show --property=Environment containerd");
const ghcr = "/etc/containerd/certs.d/ghcr.io/hosts.toml";

test("a container runtime that does not start with a change goes back, and the change stops at the first control plane", async () => {
  const before = await Promise.all(lab.controlPlanes.map(startedAt));
  const dropIn = "/etc/systemd/system/containerd.service.d/99-refuses.conf";
  const refuses =
    "[Service]\nExecStartPre=/bin/sh -c '! grep -q 192.0.2 /etc/systemd/system/containerd.service.d/kubeadm-ha-proxy.conf'\n";
  await lab.on("cp-1", `cat >${dropIn} && systemctl daemon-reload`, { input: refuses });
  lab.configure({ cluster: { install: changed() } });
  const { status, output } = await lab.pulumi("up", "--yes", "--skip-preview");
  await lab.on("cp-1", `rm ${dropIn} && systemctl daemon-reload`);
  expect(status, output).not.toBe(0);
  expect(output).toContain("error: the container runtime of cp-1 does not come up with the changed settings");
  expect(await proxied("cp-1")).not.toContain("192.0.2");
  expect(await lab.on("cp-1", `cat ${ghcr}`)).toContain(address);
  expect(await Promise.all(lab.controlPlanes.slice(1).map(startedAt))).toEqual(before.slice(1));
  await lab.kubectl(["wait", "--for=condition=Ready", "--timeout=60s", "nodes", "--all"], { deadline: 70 });
});

test("the next up brings the change to one after the other, and a machine that has its packages asks nobody for them", async () => {
  await mirror.stop();
  const output = await lab.up();
  expect(output).toMatch(/the packages of Kubernetes 1\.36\.3 and containerd\.io are in place/);
  const times: number[] = [];
  for (const machine of lab.controlPlanes) {
    expect(await proxied(machine)).toContain("192.0.2.0/24");
    expect(await lab.on(machine, `test ! -e ${ghcr} && echo gone`)).toBe("gone\n");
    // kubeadm writes down the proxies that it finds in its environment.
    expect(await lab.on(machine, "grep -il http_proxy /etc/kubernetes/manifests/* || true")).toBe("");
    times.push(await startedAt(machine));
  }
  expect(times, "one after the other").toEqual([...times].sort((a, b) => a - b));
});

/** When containerd was started, in microseconds since the boot of the machine that all of them run on. */
async function startedAt(machine: string): Promise<number> {
  return Number(await lab.on(machine, "systemctl show --value --property=ExecMainStartTimestampMonotonic containerd"));
}
