import { beforeAll, expect, test } from "vitest";
import { staticConfig } from "../support/fixtures";
import { type Registration, recordGraph } from "../support/graph";

let graph: Registration[];

beforeAll(async () => {
  const install = { mode: "packages", registryMirrors: { "registry.k8s.io": "https://mirror.example.com" } };
  const cluster = { ...staticConfig.cluster, imageRepository: "registry.example.com/k8s", install };
  graph = await recordGraph({ config: { ...staticConfig, cluster }, stack: "prod" });
}, 60_000);

const named = (name: string) => graph.find((r) => r.name === name && r.type === "command:remote:Command");

test("machines are told where packages come from, and for which containerd what to write", () => {
  const step = named("prod-cp-1-prepare");
  expect(step?.inputs.create).toMatch(/bash -s -- 1\.36\.3 # host\/prepare-packages\.sh [0-9a-f]{12}$/);
  const stdin = String(step?.clear.stdin);
  expect(stdin).toContain("KUBERNETES_REPOSITORY=https://pkgs.k8s.io/core:/stable:/v1.36\n");
  expect(stdin).toContain("IMAGE_REPOSITORY=registry.example.com/k8s\n");
  expect(stdin).toContain("sandbox = 'registry.example.com/k8s/pause:3.10.2'");
  expect(stdin).toContain("sandbox_image = 'registry.example.com/k8s/pause:3.10.2'");
  expect(stdin).toMatch(/input\/certs\.d\/registry\.k8s\.io <<.*\nserver = 'https:\/\/registry\.k8s\.io'\n/);
});

test("flannel brings its plugin, which no package has", () => {
  expect(String(named("prod-network-apply")?.clear.stdin)).toContain("image: ghcr.io/flannel-io/flannel-cni-plugin:");
});
