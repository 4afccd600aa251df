import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { containerdConfig } from "../../components/software/containerd";
import { type Registry as Known, registryDirectory, registryFiles } from "../../components/software/registries";
import { labEnvironment } from "../support/place";
import { output, poll, Running, run } from "../support/process";
import { Registry } from "../support/registry";
import type { Images } from "./packages/images";

// What we write of registries, as a containerd reads it that runs by itself: no machine, no cluster. kubeadm asks it
// for images as it does on a machine.
const there = mkdtempSync(join(tmpdir(), "kubeadm-ha-registries-"));
const address = "127.0.0.1";
const login = { username: "robot", password: "Correct: Horse, 'Battery'" };
const certs = join(there, "certs.d");
const socket = join(there, "containerd.sock");
let bundle: string;
let images: Images;
let containerd: Running;
const registries: Registry[] = [];

beforeAll(async () => {
  const { KUBEADM_HA_LAB = "" } = await labEnvironment("lab");
  bundle = JSON.parse(readFileSync(KUBEADM_HA_LAB, "utf8")).bundle.path;
  images = await small((await output([join(bundle, "bin/kubeadm"), ...listed("")])).trim().split("\n"));
  mkdirSync(certs);
  const ours = containerdConfig({ sandboxImage: "registry.k8s.io/pause:3.10.2", restrictOomScoreAdj: false });
  // Nothing of it is where another containerd of this machine has its own.
  const apart = `disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.overlayfs"]
root = "${there}/root"
state = "${there}/state"
[grpc]
  address = "${socket}"
[plugins."io.containerd.nri.v1.nri"]
  disable = true
[plugins."io.containerd.cri.v1.images"]
  snapshotter = "native"
[plugins."io.containerd.cri.v1.runtime".cni]
  conf_dir = "${there}/cni"
[plugins."io.containerd.transfer.v1.local"]
  unpack_config = [{ platform = "linux/${process.arch === "x64" ? "amd64" : "arm64"}", snapshotter = "native" }]
`;
  const version = "version = 3\n";
  writeFileSync(
    join(there, "config.toml"),
    `${version}${apart}${ours.replace(version, "").replaceAll(registryDirectory, certs)}`,
  );
  containerd = new Running([join(bundle, "bin/containerd"), "--config", join(there, "config.toml")], { deadline: 300 });
  await poll("containerd to answer", 60, async () => {
    if (containerd.over) throw new Error(containerd.output);
    await output([join(bundle, "bin/ctr"), "--address", socket, "--connect-timeout", "2s", "version"]);
  });
});
afterAll(async () => {
  containerd?.signal("SIGTERM");
  await containerd?.ended.catch(() => {});
  await Promise.all(registries.map((registry) => registry.stop()));
  rmSync(there, { recursive: true, force: true });
});

const listed = (repository: string) => [
  ...["config", "images", "list", "--kubernetes-version", "v1.36.3"],
  ...(repository ? ["--image-repository", repository] : []),
];

/** A registry that has what kubeadm asks for. */
async function started(tokens = false): Promise<Registry> {
  const registry = new Registry(images, login, tokens);
  registries.push(registry);
  await registry.start(address);
  return registry;
}

/** One small image under the name and tag of each of these. */
async function small(references: string[]): Promise<Images> {
  const blobs = join(there, "blobs");
  mkdirSync(blobs);
  const file = (digest: string) => join(blobs, digest.replace("sha256:", ""));
  const store = (mediaType: string, content: Buffer | string) => {
    const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
    writeFileSync(file(digest), content);
    return { mediaType, digest, size: Buffer.byteLength(content) };
  };
  writeFileSync(join(there, "hello"), "hello\n");
  await output(["tar", "-C", there, "-cf", join(there, "layer.tar"), "hello"]);
  const oci = (kind: string) => `application/vnd.oci.image.${kind}`;
  const layer = store(oci("layer.v1.tar"), readFileSync(join(there, "layer.tar")));
  const rootfs = { type: "layers", diff_ids: [layer.digest] };
  const architecture = process.arch === "x64" ? "amd64" : "arm64";
  const config = store(oci("config.v1+json"), JSON.stringify({ architecture, os: "linux", rootfs, config: {} }));
  const type = oci("manifest.v1+json");
  const text = JSON.stringify({ schemaVersion: 2, mediaType: type, config, layers: [layer] });
  const { digest } = store(type, text);
  const names = references.map((reference) => reference.replace(/^[^/]+\//, ""));
  // With another repository kubeadm leaves out the folder of CoreDNS.
  const all = [...names, ...names.map((name) => name.replace(/^coredns\//, ""))];
  const keys = all.flatMap((name) => [name, `${name.replace(/:.*/, "")}@${digest}`]);
  return { manifests: new Map(keys.map((key) => [key, { type, text }])), blob: file };
}

/** Tells containerd of registries, and nothing else of before. */
function tell(known: Known[], registryMirrors?: Record<string, string>): void {
  rmSync(certs, { recursive: true });
  mkdirSync(certs);
  for (const [path, text] of Object.entries(registryFiles({ registries: known, registryMirrors }))) {
    mkdirSync(dirname(join(certs, path)), { recursive: true });
    writeFileSync(join(certs, path), text.replaceAll(registryDirectory, certs));
  }
}

/** kubeadm pulls all images of a control plane, as it does on a machine. */
const pull = (...repository: string[]) => {
  const words = [...listed(repository[0] ?? ""), "--cri-socket", `unix://${socket}`];
  words[2] = "pull";
  return run([join(bundle, "bin/kubeadm"), ...words], { deadline: 120 });
};

const served = ({ asked }: Registry) => asked.filter(({ status, user }) => status === 200 && user === login.username);

test("a registry with a CA of its own and a password, and what is changed counts for the next image", async () => {
  const registry = await started();
  const { host, ca } = registry;
  tell([{ host, ca, username: login.username, password: "wrong" }]);
  const refused = await pull(host);
  expect(refused.status).not.toBe(0);
  expect(refused.output).toMatch(/401 Unauthorized|no basic auth credentials/);
  expect(served(registry)).toEqual([]);

  tell([{ host, ca, ...login }]);
  const { status, output } = await pull(host);
  expect(status, `${output}\n${containerd.output}`).toBe(0);
  expect(served(registry).some(({ line }) => /\/v2\/etcd\/manifests\//.test(line))).toBe(true);
  expect(served(registry).some(({ line }) => line.includes("/blobs/"))).toBe(true);

  await registry.renew();
  expect((await pull(host)).output).toContain("certificate signed by unknown authority");
  tell([{ host, ca: registry.ca, ...login }]);
  expect((await pull(host)).status).toBe(0);
});

test("a registry that is the mirror of another, whose images keep their names", async () => {
  const registry = await started();
  tell([{ host: registry.host, ca: registry.ca, ...login }], { "registry.k8s.io": `https://${registry.host}` });
  const { status, output } = await pull();
  expect(status, `${output}\n${containerd.output}`).toBe(0);
  expect(served(registry).some(({ line }) => line.includes("/v2/coredns/coredns/manifests/"))).toBe(true);
  // The registry itself is asked next; what is said is what the mirror answered.
  const mirrors = { "registry.k8s.io": `https://${registry.host}` };
  tell([{ host: registry.host, ca: registry.ca, ...login, password: "wrong" }], mirrors);
  expect((await pull()).output).toMatch(/401 Unauthorized|no basic auth credentials/);
  tell([{ host: registry.host, ...login }], mirrors);
  expect((await pull()).output).toContain("certificate signed by unknown authority");
});

test("a registry that takes tokens only, which its own service gives for the password", async () => {
  const registry = await started(true);
  tell([{ host: registry.host, ca: registry.ca, ...login }]);
  const { status, output } = await pull(registry.host);
  expect(status, `${output}\n${containerd.output}`).toBe(0);
  expect(registry.asked.some(({ line }) => line === "GET /token")).toBe(true);
});

test("one whose certificate is believed without a look", async () => {
  const registry = await started();
  tell([{ host: registry.host, ...login, skipVerify: true }]);
  expect((await pull(registry.host)).status).toBe(0);
});

test("containerd's log has no password", () => {
  const basic = Buffer.from(`${login.username}:${login.password}`).toString("base64");
  for (const secret of [login.password, basic]) expect(containerd.output).not.toContain(secret);
});
