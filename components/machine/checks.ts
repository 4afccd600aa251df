import { addressProblem, familyOf, isDnsName, isHost, isIp, isReachable, plainHost } from "../values/addresses";
import { sshKeyProblems } from "../values/private-key";
import type { Problem } from "../values/problems";
import type { Known } from "./known";
import type { SshArgs } from "./machine";

/** A machine as far as it is known. */
export interface PlacedMachine {
  /** The path that messages name it by. */
  path: string;
  /** Its name. */
  name: string;
  /** Where SSH connects to. */
  address?: string;
  /** Where the other machines reach it, if that is another address. */
  privateAddress?: string;
  /** Where they reach it by the other family of addresses. */
  secondAddress?: string;
  /** How SSH reaches it, as far as that is known. */
  ssh?: Partial<Known<SshArgs>>;
}

/** What is wrong with a port and a user of SSH, at the path before them. */
export function loginFieldProblems({ port, user }: { port?: number; user?: string }, path: string): Problem[] {
  const problems: Problem[] = [];
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536))
    problems.push({ path: `${path}port`, message: `${port} is not a port; allowed: 1 to 65535` });
  // ssh(1) has its own meaning for what begins with a hyphen.
  if (user !== undefined && !/^[^\s'"-][^\s'"]*$/.test(user))
    problems.push({ path: `${path}user`, message: `"${user}" is not a login name; examples: root, admin` });
  return problems;
}

/** Keys by which SSH reaches machines. Many have the same one, which is named once. */
function loginProblems(machines: PlacedMachine[]): Problem[] {
  const logins = machines.flatMap(({ path, ssh }) => [
    { path: `${path}.ssh`, login: ssh },
    { path: `${path}.ssh.proxy`, login: ssh?.proxy },
  ]);
  const seen = new Set<string>();
  return logins.flatMap(({ path, login }) => {
    if (login === undefined) return [];
    const fields = loginFieldProblems(login, `${path}.`);
    const { privateKey: key, privateKeyPassphrase: passphrase, hostKey } = login;
    const ofKey = hostKey === undefined || seen.has(hostKey) ? [] : hostKeyProblems(`${path}.hostKey`, hostKey.trim());
    const ofHost = [...fields, ...ofKey];
    if (hostKey !== undefined) seen.add(hostKey);
    if (key === undefined || seen.has(key)) return ofHost;
    seen.add(key);
    // One that is known later is there without a value, as is one that is not set after all.
    const given = passphrase === undefined && "privateKeyPassphrase" in login ? undefined : Boolean(passphrase);
    return [...ofHost, ...sshKeyProblems(key, given, `${path}.privateKey`, `${path}.privateKeyPassphrase`)];
  });
}

/** Machines that others have to reach, at an address that is no other machine's for them. */
export function reachProblems(machines: PlacedMachine[]): Problem[] {
  return [...clusterHosts(machines), ...secondHosts(machines)].flatMap(({ path, host }) => {
    const problem = isReachable(host)
      ? addressProblem(host)
      : "does not lead others to this machine; expected: the address that does";
    return problem === undefined ? [] : [{ path, message: `"${host}" ${problem}` }];
  });
}

/**
 * Machines that are to be Nodes: an API server announces itself, and a kubelet registers its Node, by the address at
 * which the others reach it, and neither takes a name for it.
 */
export function nodeAddressProblems(machines: PlacedMachine[]): Problem[] {
  return clusterHosts(machines).flatMap(({ path, host }) => {
    if (isIp(host)) return [];
    const fix = path.endsWith(".address")
      ? "set privateAddress beside it, and SSH goes on connecting to the name"
      : "expected: the one that it leads to";
    return [{ path, message: `"${host}" is a name, and a Node needs an IP address; ${fix}` }];
  });
}

/** A host, and where it stands. */
interface PlacedHost {
  /** The path of the key that it is the value of. */
  path: string;
  /** An address or a name. */
  host: string;
}

/** Where the other machines of the cluster reach each, as far as it is known, and is a host at all. */
export function clusterHosts(machines: PlacedMachine[]): PlacedHost[] {
  return machines.flatMap((machine) => {
    // One that is known later is there without a value.
    const key = "privateAddress" in machine ? "privateAddress" : "address";
    const host = machine[key];
    return host === undefined || !isHost(host) ? [] : [{ path: `${machine.path}.${key}`, host }];
  });
}

/** The addresses of the other family, as far as they are known. */
function secondHosts(machines: PlacedMachine[]): PlacedHost[] {
  return machines.flatMap(({ path, secondAddress: host }) =>
    host === undefined || !isIp(host) ? [] : [{ path: `${path}.secondAddress`, host }],
  );
}

/** A machine's second address, beside the one at which the others reach it. */
function secondProblems(machines: PlacedMachine[]): Problem[] {
  return machines.flatMap((machine) => {
    const second = machine.secondAddress;
    if (second === undefined) return [];
    const problem = (message: string) => [{ path: `${machine.path}.secondAddress`, message: `"${second}" ${message}` }];
    const family = familyOf(second);
    if (family === undefined)
      return problem("is not an IP address; expected: the machine's address of the other family");
    const [first] = clusterHosts([machine]);
    if (first === undefined || familyOf(first.host) !== family) return [];
    const key = first.path.replace(/^.*\./, "");
    const other = family === "IPv4" ? "IPv6" : "IPv4";
    return problem(`is ${family}, as ${key} "${first.host}" is; expected: the machine's ${other} address, or none`);
  });
}

/** What is wrong with a public host key. */
export function hostKeyProblems(path: string, hostKey: string): Problem[] {
  if (/^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+) [A-Za-z0-9+/]+={0,2}( .*)?$/.test(hostKey)) return [];
  return [
    {
      path,
      message:
        `"${hostKey}" is not a public host key; expected: one line such as "ecdsa-sha2-nistp256 AAAA…", 'cat ` +
        "/etc/ssh/ssh_host_ecdsa_key.pub' on the machine prints it",
    },
  ];
}

/**
 * Whether a text can be what a machine is called. A Node may have a longer name, but not one that is longer than its
 * label `kubernetes.io/hostname` may be.
 */
function isMachineName(text: string): boolean {
  return isDnsName(text) && !isIp(text) && text.length <= 63;
}

/** Names, addresses and keys of machines: their form, and that no two machines have the same name or address. */
export function placeProblems(machines: PlacedMachine[]): Problem[] {
  const problems = [...loginProblems(machines), ...secondProblems(machines)];
  const names = new Map<string, string>();
  const addresses = new Map<string, string>();
  const unique = (seen: Map<string, string>, value: string, path: string, what: string) => {
    const first = seen.get(plainHost(value));
    const own = path.replace(/\.\w+$/, "");
    if (first === undefined) seen.set(plainHost(value), own);
    else if (first !== own)
      problems.push({ path, message: `${what} "${value}" is taken by ${first}; every machine needs its own` });
  };
  for (const { path, ...machine } of machines) {
    if (!isMachineName(machine.name)) {
      problems.push({
        path: `${path}.name`,
        message:
          `"${machine.name}" is not the name of a machine; allowed: DNS names in lowercase, 63 characters at most, ` +
          "for example cp-1 or cp-1.example.com",
      });
    }
    unique(names, machine.name, `${path}.name`, "name");
    for (const key of ["address", "privateAddress", "secondAddress"] as const) {
      const address = machine[key];
      if (address === undefined) continue;
      if (!isHost(address) && key !== "secondAddress")
        problems.push({ path: `${path}.${key}`, message: `"${address}" is neither an IP address nor a DNS name` });
      unique(addresses, address, `${path}.${key}`, "address");
    }
  }
  return problems;
}
