import { beforeAll, expect, test } from "vitest";
import { staticConfig } from "../support/fixtures";
import { type Registration, recordGraph } from "../support/graph";

let graph: Registration[];

beforeAll(async () => {
  const install = {
    mode: "packages",
    registryMirrors: { "registry.k8s.io": "https://mirror.example.com" },
    proxy: { http: "http://proxy.example.com:3128" },
    etcdArchive: "https://files.example.com/etcd-v3.6.8-linux-amd64.tar.gz",
    etcdArchiveSha256: "0".repeat(64),
  };
  const etcd = [1, 2, 3].map((i) => ({ name: `etcd-${i}`, address: `10.0.1.${i}`, hostKey: "ssh-ed25519 AAAA" }));
  const cluster = { ...staticConfig.cluster, imageRepository: "registry.example.com/k8s", install };
  const machines = { ...staticConfig.machines, etcd };
  const config = { ...staticConfig, machines, cluster };
  graph = await recordGraph({ config, stack: "prod" });
}, 60_000);

const named = (name: string) => graph.find((r) => r.name === name && r.type.startsWith("command:"));

test("machines are told where packages come from, and for which containerd what to write", () => {
  const step = named("prod-cp-1-stage");
  expect(step?.inputs.create).toMatch(/bash -s -- 1\.36\.3 packages # software\/stage\.sh [0-9a-f]{12}$/);
  const stdin = String(step?.clear.stdin);
  expect(stdin).toContain("KUBERNETES_REPOSITORY=https://pkgs.k8s.io/core:/stable:\n");
  expect(stdin).toContain("IMAGE_REPOSITORY=registry.example.com/k8s\n");
  expect(stdin).toContain("sandbox = 'registry.example.com/k8s/pause:3.10.2'");
  expect(stdin).toContain("sandbox_image = 'registry.example.com/k8s/pause:3.10.2'");
  expect(stdin).toMatch(
    /input\/software\/certs\.d\/registry\.k8s\.io\/hosts\.toml <<.*\nserver = 'https:\/\/registry\.k8s\.io'\n/,
  );
});

test("flannel brings its plugin, which no package has", () => {
  expect(String(named("prod-network-flannel")?.clear.stdin)).toContain("image: ghcr.io/flannel-io/flannel-cni-plugin:");
});

test("etcd comes from the archive of its release", () => {
  expect(named("prod-etcd-1-stage")?.inputs.create).toMatch(
    /bash -s -- archive https:\/\/files\.example\.com\/etcd-v3\.6\.8-linux-amd64\.tar\.gz 0{64} # software\/etcd\.sh/,
  );
});

test("every machine that installs something goes by the proxy", () => {
  for (const step of [
    "prod-cp-1-prepare",
    "prod-cp-1-stage",
    "prod-etcd-1-prepare",
    "prod-etcd-1-stage",
    "prod-lb-1-configure",
  ])
    expect(String(named(step)?.clear.stdin), step).toContain("export http_proxy=http://proxy.example.com:3128\n");
});
