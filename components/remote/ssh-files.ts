import * as pulumi from "@pulumi/pulumi";
import type { MachineArgs, SshArgs, SshProxyArgs } from "../machine/machine";
import { sshPort } from "../values/ports";

/** An SSH server, and who logs in there. */
export interface SshLogin {
  /** Its address. */
  host: string;
  /** Its TCP port. */
  port: number;
  /** The login name. */
  user: string;
  /** Its public host key, one line. */
  hostKey: string;
  /** The private key that it accepts. */
  privateKey: string;
  /**
   * What that is encrypted with.
   * @default it is not encrypted
   */
  privateKeyPassphrase?: string;
}

/** How ssh(1) gets to a machine. */
export interface SshWay {
  /** The machine. */
  login: SshLogin;
  /** The bastion in front of it, if there is one. */
  proxy?: SshLogin;
}

/** How ssh(1) gets to a machine, with all defaults. */
export function loginOf({ address, ssh }: MachineArgs): pulumi.Output<SshWay> {
  return pulumi.output({ login: login(address, ssh), proxy: ssh.proxy && login(ssh.proxy.host, ssh.proxy) });
}

function login(
  host: pulumi.Input<string>,
  { user, port, privateKey, privateKeyPassphrase, hostKey }: SshArgs | SshProxyArgs,
): pulumi.Output<SshLogin> {
  return pulumi.output({
    host,
    user: user ?? "root",
    port: port ?? sshPort,
    privateKey,
    privateKeyPassphrase,
    hostKey,
  });
}

/**
 * What ssh(1) needs for a connection to `machine`, if need be by way of `proxy`: files by name, to be used in the
 * directory that they are in (`ssh -F ssh_config machine`). Nothing of the user's own is looked at, and no question is
 * ever asked.
 */
export function sshFiles(machine: SshLogin, proxy?: SshLogin): Record<string, string> {
  const logins = Object.entries({ machine, ...(proxy ? { proxy } : {}) });
  return {
    ssh_config: `${proxy ? "Host machine\n  ProxyJump proxy\n" : ""}${logins.map(hostSection).join("")}Host *
  BatchMode yes
  ConnectTimeout 10
  ServerAliveInterval 5
  IdentitiesOnly yes
  IdentityAgent none
  StrictHostKeyChecking yes
  UserKnownHostsFile known_hosts
  GlobalKnownHostsFile none
  LogLevel ERROR
`,
    known_hosts: logins.map(([name, { hostKey }]) => `${name} ${hostKey}\n`).join(""),
    ...Object.fromEntries(logins.flatMap(([name, login]) => keyFiles(name, login))),
  };
}

/** A passphrase is beside the key that ssh_open_keys (ssh.sh) takes it off. */
function keyFiles(name: string, { privateKey, privateKeyPassphrase: passphrase }: SshLogin): [string, string][] {
  return [[`${name}.key`, privateKey], ...(passphrase ? [[`${name}.passphrase`, passphrase] as [string, string]] : [])];
}

function hostSection([name, { host, port, user }]: [string, SshLogin]): string {
  return `Host ${name}
  HostName ${host}
  Port ${port}
  User ${user}
  HostKeyAlias ${name}
  IdentityFile ${name}.key
`;
}
