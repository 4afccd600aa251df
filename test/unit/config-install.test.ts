import { expect, test } from "vitest";
import { checkSettings } from "../../config";
import { labConfig, staticConfig } from "../support/fixtures";

function problems(raw: unknown): string[] {
  try {
    checkSettings(raw);
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
    "cluster.install.sha256: \"abc\" is no SHA-256; expected: 64 hex digits, 'sha256sum SHA256SUMS' prints it",
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
    'cluster.install.containerdVersion: "v2.2" is no version of a package; examples: 2.2, 2.2.2',
    "cluster.install.keyFingerprint: \"9A296436\" is no fingerprint of a key; expected: 40 hex digits, 'gpg --show-keys --with-fingerprint FILE' prints it",
    'cluster.install.proxy.http: "proxy:3128" is no http(s) address; example: http://proxy.example.com:3128',
    'cluster.install.proxy.https: "http://…@proxy:3128" has a password, which every user of a machine could read there; name a proxy that asks for none',
    'cluster.install.proxy.noProxy[0]: "a,b" is not one host, domain or range of addresses',
    'cluster.install.registryMirrors.https://ghcr.io: "https://ghcr.io" is no name of a registry; examples: registry.k8s.io, ghcr.io',
    'cluster.install.registryMirrors.https://ghcr.io: "mirror.example.com" is no http(s) address',
    'cluster.install.repository: "pkgs.k8s.io" is no http(s) address',
    "cluster.install.sha256: has no meaning in mode packages; take it out, or set mode: bundle",
  ]);
});
