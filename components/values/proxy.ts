import { isHttpAddress } from "./addresses";
import type { Problem } from "./problems";
import { quote } from "./shell-words";

/** The proxies by which machines reach what they install, and containerd its registries. */
export interface ProxyOptions {
  /**
   * For http:// addresses, e.g. `http://proxy.example.com:3128`. Without a password: it would be readable on every
   * machine.
   * @default none
   */
  http?: string;
  /**
   * For https:// addresses, e.g. `http://proxy.example.com:3128`.
   * @default none
   */
  https?: string;
  /**
   * Hosts, domains and ranges of addresses that are reached without.
   * @default only the machine itself
   */
  noProxy?: string[];
}

/** What is wrong with proxies, at the path of their options. */
export function proxyProblems(proxy: ProxyOptions | undefined, path: string): Problem[] {
  const problems: Problem[] = [];
  const check = (ok: boolean, key: string, message: string) => {
    if (!ok) problems.push({ path: `${path}.${key}`, message });
  };
  for (const key of ["http", "https"] as const) {
    const address = proxy?.[key];
    if (address === undefined) continue;
    check(
      isHttpAddress(address),
      key,
      `"${address}" is not an http(s) address; example: http://proxy.example.com:3128`,
    );
    check(
      !/^\w+:\/\/[^/]*@/.test(address),
      key,
      `"${address}" has a password, which every user of a machine could read there; name a proxy that ` +
        "asks for none",
    );
  }
  proxy?.noProxy?.forEach((host, i) => {
    check(/^[^\s,'"\\]+$/.test(host), `noProxy[${i}]`, `"${host}" is not one host, domain or range of addresses`);
  });
  return problems;
}

/** The environment of whatever fetches something, as lines of shell. */
export function proxyEnvironment(proxy: ProxyOptions): string {
  // curl heeds http_proxy in lowercase only, other programs the uppercase ones.
  const lines = proxyVariables(proxy).flatMap(([name, value]) => [
    [name.toLowerCase(), value],
    [name, value],
  ]);
  return lines.map(([name, value]) => `export ${name}=${quote(value)}\n`).join("");
}

/** What a script that fetches something reads of a proxy: text by path. */
export function proxyFiles(proxy?: ProxyOptions): Record<string, string> {
  return proxy ? { "proxy.env": proxyEnvironment(proxy) } : {};
}

/** The same as a part of a systemd unit. */
export function proxyUnit(proxy: ProxyOptions): string {
  return `[Service]\n${proxyVariables(proxy)
    // A percent sign alone would begin a specifier.
    .map(([name, value]) => `Environment="${name}=${value.replaceAll("%", "%%")}"\n`)
    .join("")}`;
}

function proxyVariables({ http, https, noProxy = [] }: ProxyOptions): [string, string][] {
  const all: [string, string | undefined][] = [
    ["HTTP_PROXY", http],
    ["HTTPS_PROXY", https],
    ["NO_PROXY", ["localhost", "127.0.0.1", "::1", ...noProxy].join(",")],
  ];
  return all.filter((pair): pair is [string, string] => pair[1] !== undefined);
}
