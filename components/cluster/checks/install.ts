import type { Known } from "../../machine/known";
import { fingerprint } from "../../software/files";
import { InstallMode, type InstallOptions } from "../../software/options";
import { isHttpAddress } from "../../values/addresses";
import type { Problem } from "../../values/problems";
import { proxyProblems } from "../../values/proxy";
import type { Paths } from "./plan";
import { registryChecks } from "./registries";

/** What each mode alone knows of. */
const keysOf: Record<InstallMode, (keyof InstallOptions)[]> = {
  bundle: ["source", "sha256"],
  packages: [
    "repository",
    "keyFingerprint",
    "containerd",
    "containerdVersion",
    "containerdRepository",
    "containerdKeyFingerprint",
    "selinuxPermissive",
    "etcdArchive",
    "etcdArchiveSha256",
  ],
  preinstalled: [],
};

/** What is told to a containerd that is installed here. */
const keysOfContainerd = ["registryMirrors", "registries"] as const;

/** What it depends on where machines get their software. */
export interface InstallPlan {
  /** The machines of an external etcd. */
  etcd: unknown[];
  /** What is configured. */
  options: { install?: Known<InstallOptions> };
}

/** Where machines get their software. */
export function installProblems({ etcd, options: { install } }: InstallPlan, paths: Paths): Problem[] {
  if (!install) return [];
  const problems: Problem[] = [];
  const check = (ok: boolean, key: string, message: string) => {
    if (!ok) problems.push({ path: `${paths.options}install.${key}`, message });
  };
  for (const mode of Object.values(InstallMode).filter((other) => other !== install.mode)) {
    for (const key of keysOf[mode])
      check(
        install[key] === undefined,
        key,
        `has no meaning in mode ${install.mode}; take it out, or set mode: ${mode}`,
      );
  }
  if (install.mode === InstallMode.Bundle) bundleChecks(install, check);
  if (install.mode === InstallMode.Packages) {
    packageChecks(install, check);
    archiveChecks(install, etcd.length > 0, check);
  }
  for (const key of keysOfContainerd)
    check(
      install[key] === undefined || install.mode !== InstallMode.Preinstalled,
      key,
      "has no meaning in mode preinstalled, whose containerd you configure; take it out, or set mode: packages or " +
        "bundle",
    );
  registryChecks(install, check);
  return [...problems, ...proxyProblems(install.proxy, `${paths.options}install.proxy`)];
}

/** Notes what is wrong with a key of `install`. */
export type Check = (ok: boolean, key: string, message: string) => void;

function bundleChecks({ source = "", sha256 = "" }: Known<InstallOptions>, check: Check): void {
  check(isPlace(source), "source", `"${source}" is neither an absolute directory nor an http(s) address`);
  check(
    isSha256(sha256),
    "sha256",
    `"${sha256}" is not a SHA-256; expected: 64 hex digits, 'sha256sum SHA256SUMS' prints it`,
  );
}

function archiveChecks(
  { etcdArchive: source, etcdArchiveSha256: sha256 }: Known<InstallOptions>,
  external: boolean,
  check: Check,
) {
  if (source === undefined && sha256 === undefined) return;
  check(external, "etcdArchive", "there are no machines of etcd to install it on; take it out");
  check(
    source !== undefined && isPlace(source),
    "etcdArchive",
    `"${source ?? ""}" is neither the absolute path of a file nor an http(s) address`,
  );
  check(
    sha256 !== undefined && isSha256(sha256),
    "etcdArchiveSha256",
    `"${sha256 ?? ""}" is not a SHA-256; expected: 64 hex digits, the file SHA256SUMS of etcd's release has them`,
  );
}

function packageChecks(install: Known<InstallOptions>, check: Check): void {
  for (const key of ["repository", "containerdRepository"] as const) {
    const address = install[key];
    check(address === undefined || isHttpAddress(address), key, `"${address}" is not an http(s) address`);
  }
  for (const key of ["keyFingerprint", "containerdKeyFingerprint"] as const) {
    const text = install[key];
    check(
      text === undefined || /^[0-9A-F]{40}$/.test(fingerprint(text)),
      key,
      `"${text}" is not the fingerprint of a key; expected: 40 hex digits, 'gpg --show-keys --with-fingerprint ` +
        "FILE' prints it",
    );
  }
  const version = install.containerdVersion;
  check(
    version === undefined || /^\d[\w.+~-]*$/.test(version),
    "containerdVersion",
    `"${version}" is not the version of a package; examples: 2.2, 2.2.2`,
  );
}

function isPlace(text: string): boolean {
  return text.startsWith("/") || isHttpAddress(text);
}

function isSha256(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
