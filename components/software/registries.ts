import { noteChosen } from "../values/fingerprint";
import type { InstallOptions, RegistryOptions } from "./options";

/** Where containerd finds what to know of registries. */
export const registryDirectory = "/etc/containerd/certs.d";

/** What is known of a registry once machines are told. */
export interface Registry extends Omit<RegistryOptions, "ca" | "password"> {
  ca?: string;
  password?: string;
}

/** What of `install` concerns registries. */
export interface Registries {
  registryMirrors?: InstallOptions["registryMirrors"];
  registries?: Registry[];
}

/**
 * What containerd reads of registries, each time that it pulls an image: text by path below its directory. A registry
 * has a folder there, with `hosts.toml`, and `ca.crt` where it has a CA of its own.
 */
export function registryFiles({ registryMirrors = {}, registries = [] }: Registries): Record<string, string> {
  const names = new Set([...Object.keys(registryMirrors), ...registries.map(({ host }) => host)]);
  return Object.fromEntries([
    ...[...names].map((name) => [`${name}/hosts.toml`, registryHosts(name, registryMirrors[name], registries)]),
    ...registries.flatMap(({ host, ca }) => (ca === undefined ? [] : [[`${host}/ca.crt`, `${ca.trimEnd()}\n`]])),
  ]);
}

/** What containerd is told of a registry: its mirror first, if it has one, then the registry itself. */
export function registryHosts(name: string, mirror?: string, registries: Registry[] = []): string {
  const server = name === "docker.io" ? "registry-1.docker.io" : name;
  const own = registries.find(({ host }) => host === name);
  return `server = 'https://${server}'
${access(own, "")}${mirror === undefined ? "[host]\n" : mirrorTable(mirror, registries)}`;
}

/** containerd before 2.0 reads no file that has no `host`, so that one without a mirror has an empty one. */
function mirrorTable(mirror: string, registries: Registry[]): string {
  const table = `host.'${mirror}'`;
  const known = registries.find(({ host }) => isAt(mirror, host));
  // containerd would look for the API below this path; who names a path in the API means that itself.
  const path = /^https?:\/\/[^/]+\/v2\/./.test(mirror) ? "  override_path = true\n" : "";
  return `[${table}]
  capabilities = ['pull', 'resolve']
${path}${access(known, table)}`;
}

/** How a registry is reached, as lines of its table: "" is that of the whole file. */
function access(registry: Registry | undefined, table: string): string {
  if (registry === undefined) return "";
  const { host, ca, username, password, skipVerify = false } = registry;
  const inset = table === "" ? "" : "  ";
  const login = username === undefined || password === undefined ? undefined : basic(username, password);
  return [
    ...(ca === undefined ? [] : [`${inset}ca = '${registryDirectory}/${host}/ca.crt'`]),
    ...(skipVerify ? [`${inset}skip_verify = true`] : []),
    // By this very spelling: a token that containerd gets for it takes its place, and does not come beside it.
    ...(login === undefined ? [] : [`[${table === "" ? "" : `${table}.`}header]`, `  Authorization = '${login}'`]),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

function basic(username: string, password: string): string {
  const login = Buffer.from(`${username}:${password}`).toString("base64");
  noteChosen(login);
  return `Basic ${login}`;
}

/** Whether an address is one of a registry. */
export function isAt(address: string, host: string): boolean {
  const [, found = ""] = /^https?:\/\/([^/]*)/.exec(address) ?? [];
  return found.replace(/:443$/, "") === host.replace(/:443$/, "");
}

/** The options as everybody may see them. */
export function withoutPasswords(install: InstallOptions): InstallOptions {
  if (install.registries === undefined) return install;
  return { ...install, registries: install.registries.map(({ password, ...registry }) => registry) };
}

/** The name of a registry as containerd has it for a folder. */
export function isRegistry(text: string): boolean {
  return /^[a-z0-9.-]+(:\d+)?$/.test(text);
}
