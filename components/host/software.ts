import { quote } from "../remote/render";
import type { InstallArgs, ProxyArgs } from "./install";

/** The environment of whatever fetches something, as lines of shell. */
export function proxyEnvironment(proxy: ProxyArgs): string {
  // curl heeds http_proxy in lowercase only, other programs the uppercase ones.
  const lines = proxyVariables(proxy).flatMap(([name, value]) => [
    [name.toLowerCase(), value],
    [name, value],
  ]);
  return lines.map(([name, value]) => `export ${name}=${quote(value)}\n`).join("");
}

/** The same as a part of a systemd unit. */
export function proxyUnit(proxy: ProxyArgs): string {
  return `[Service]\n${proxyVariables(proxy)
    .map(([name, value]) => `Environment="${name}=${value}"\n`)
    .join("")}`;
}

function proxyVariables({ http, https, noProxy = [] }: ProxyArgs): [string, string][] {
  const all: [string, string | undefined][] = [
    ["HTTP_PROXY", http],
    ["HTTPS_PROXY", https],
    ["NO_PROXY", ["localhost", "127.0.0.1", "::1", ...noProxy].join(",")],
  ];
  return all.filter((pair): pair is [string, string] => pair[1] !== undefined);
}

/** Where packages come from and who signs them, as lines of shell. What is empty is for the machine to know. */
export function packageSources(install: InstallArgs, minor: string): string {
  const values = {
    KUBERNETES_REPOSITORY: `${trimmed(install.repository ?? "https://pkgs.k8s.io/core:/stable:")}/v${minor}`,
    KUBERNETES_KEY: fingerprint(install.keyFingerprint ?? "DE15B14486CD377B9E876E1A234654DA9A296436"),
    CONTAINERD: install.containerd ?? "",
    CONTAINERD_VERSION: install.containerdVersion ?? "",
    DOCKER_REPOSITORY: trimmed(install.containerdRepository ?? "https://download.docker.com/linux"),
    DOCKER_KEY_APT: fingerprint(install.containerdKeyFingerprint ?? "9DC858229FC7DD38854AE2D88D81803C0EBFCD88"),
    DOCKER_KEY_DNF: fingerprint(install.containerdKeyFingerprint ?? "060A61C51B558A7F742B77AAC52FEB6B621E9F35"),
    SELINUX_PERMISSIVE: install.selinuxPermissive ? "yes" : "",
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}=${quote(value)}\n`)
    .join("");
}

/** A fingerprint as GnuPG prints it for programs: people write it in groups, too. */
export function fingerprint(text: string): string {
  return text.replaceAll(/\s/g, "").toUpperCase();
}

function trimmed(address: string): string {
  return address.replace(/\/+$/, "");
}
