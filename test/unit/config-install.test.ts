import { expect, test } from "vitest";
import { checkConfig } from "../../config";
import { labConfig, staticConfig } from "../support/fixtures";

function problems(raw: unknown): string[] {
  try {
    checkConfig(raw);
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  return [];
}

test("a bundle without address or checksum", () => {
  const raw = {
    ...staticConfig,
    cluster: { ...staticConfig.cluster, install: { mode: "bundle", source: "bundle", sha256: "abc" } },
  };
  expect(
    problems(raw)
      .slice(1)
      .map((line) => line.trim()),
  ).toEqual([
    "cluster.install.sha256: \"abc\" is not a SHA-256; expected: 64 hex digits, 'sha256sum SHA256SUMS' prints it",
    'cluster.install.source: "bundle" is neither an absolute directory nor an http(s) address',
  ]);
});

test("packages, proxies and mirrors that cannot be", () => {
  const install = {
    mode: "packages",
    sha256: "abc",
    repository: "pkgs.k8s.io",
    keyFingerprint: "9A296436",
    containerdVersion: "v2.2",
    proxy: { http: "proxy:3128", https: "http://me:secret@proxy:3128", noProxy: ["a,b"] },
    registryMirrors: { "https://ghcr.io": "mirror.example.com" },
  };
  const raw = { ...labConfig, cluster: { ...labConfig.cluster, install } };
  const found = problems(raw).filter((line) => line.includes("cluster.install"));
  expect(found.map((line) => line.trim())).toEqual([
    'cluster.install.containerdVersion: "v2.2" is not the version of a package; examples: 2.2, 2.2.2',
    "cluster.install.keyFingerprint: \"9A296436\" is not the fingerprint of a key; expected: 40 hex digits, 'gpg --show-keys --with-fingerprint FILE' prints it",
    'cluster.install.proxy.http: "proxy:3128" is not an http(s) address; example: http://proxy.example.com:3128',
    'cluster.install.proxy.https: "http://…@proxy:3128" has a password, which every user of a machine could read there; name a proxy that asks for none',
    'cluster.install.proxy.noProxy[0]: "a,b" is not one host, domain or range of addresses',
    'cluster.install.registryMirrors.https://ghcr.io: "https://ghcr.io" is not the name of a registry; examples: registry.k8s.io, registry.example.com:5000',
    'cluster.install.registryMirrors.https://ghcr.io: "mirror.example.com" is not an http(s) address',
    'cluster.install.repository: "pkgs.k8s.io" is not an http(s) address',
    "cluster.install.sha256: has no meaning in mode packages; take it out, or set mode: bundle",
  ]);
});

test("an archive of etcd without machines for it, without a checksum, or beside a bundle", () => {
  const etcd = [1, 2, 3].map((i) => ({ name: `etcd-${i}`, address: `10.0.1.${i}`, hostKey: "ssh-ed25519 AAAA" }));
  const found = (install: Record<string, string>, machines = {}) =>
    problems({
      ...staticConfig,
      machines: { ...staticConfig.machines, ...machines },
      cluster: { ...staticConfig.cluster, install },
    })
      .filter((line) => line.includes("cluster.install.etcd"))
      .map((line) => line.trim());
  const etcdArchive = "https://github.com/etcd-io/etcd/releases/download/v3.6.8/etcd-v3.6.8-linux-amd64.tar.gz";
  const etcdArchiveSha256 = "0".repeat(64);
  expect(found({ mode: "packages", etcdArchive, etcdArchiveSha256 }, { etcd })).toEqual([]);
  expect(found({ mode: "packages", etcdArchive, etcdArchiveSha256 })).toEqual([
    "cluster.install.etcdArchive: there are no machines of etcd to install it on; take it out",
  ]);
  expect(found({ mode: "packages", etcdArchive: "etcd.tar.gz" }, { etcd })).toEqual([
    'cluster.install.etcdArchive: "etcd.tar.gz" is neither the absolute path of a file nor an http(s) address',
    'cluster.install.etcdArchiveSha256: "" is not a SHA-256; expected: 64 hex digits, the file SHA256SUMS of etcd\'s release has them',
  ]);
  expect(found({ mode: "preinstalled", etcdArchive }, { etcd })).toEqual([
    "cluster.install.etcdArchive: has no meaning in mode preinstalled; take it out, or set mode: packages",
  ]);
});
