import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { hostKeyProblems, loginFieldProblems } from "../components/machine/checks";
import { isHost } from "../components/values/addresses";
import { sshPort } from "../components/values/ports";
import { sshKeyProblems } from "../components/values/private-key";
import type { Problem } from "../components/values/problems";

const text = z.string();

/** The bastion in front of machines. */
export const proxySchema = z.strictObject({
  host: text,
  user: text.default("root"),
  port: z.int().default(sshPort),
  hostKey: text,
});

/** The keys of a configuration. */
export interface SshKeys {
  /** The key that machines accept. */
  sshPrivateKey?: string;
  /** What that is encrypted with. */
  sshPrivateKeyPassphrase?: string;
  /** The key that a bastion accepts, if it is another one. */
  sshProxyPrivateKey?: string;
  /** What that is encrypted with. */
  sshProxyPrivateKeyPassphrase?: string;
}

/** These keys, of all that is around. */
export function sshKeys(around: SshKeys): SshKeys {
  const { sshPrivateKey, sshPrivateKeyPassphrase, sshProxyPrivateKey, sshProxyPrivateKeyPassphrase } = around;
  return { sshPrivateKey, sshPrivateKeyPassphrase, sshProxyPrivateKey, sshProxyPrivateKeyPassphrase };
}

/** What is wrong with these keys, each by its name. */
export function keyProblems(keys: SshKeys): Problem[] {
  return (["sshPrivateKey", "sshProxyPrivateKey"] as const).flatMap((name) => {
    const key = keys[name];
    const path = `${name}Passphrase` as const;
    const passphrase = keys[path];
    if (key !== undefined) return sshKeyProblems(key, passphrase !== undefined, name, path);
    return passphrase === undefined ? [] : [{ path, message: `there is no ${name} that it would open; leave it out` }];
  });
}

/** What logs in at a bastion: a key of its own, or else that of the machines. All of it is secret. */
export function proxyKey(keys: SshKeys): ReturnType<typeof machineKey> {
  const { sshProxyPrivateKey: sshPrivateKey, sshProxyPrivateKeyPassphrase: sshPrivateKeyPassphrase } = keys;
  return machineKey(sshPrivateKey === undefined ? keys : { sshPrivateKey, sshPrivateKeyPassphrase });
}

/** What logs in at machines. All of it is secret. */
export function machineKey({ sshPrivateKey = "", sshPrivateKeyPassphrase: passphrase }: SshKeys) {
  return {
    privateKey: pulumi.secret(sshPrivateKey),
    ...(passphrase === undefined ? {} : { privateKeyPassphrase: pulumi.secret(passphrase) }),
  };
}

/** What is wrong with the bastion that is configured as `machines.ssh.proxy`. */
export function proxyProblems(proxy: { host: string; hostKey: string; port: number; user: string }): Problem[] {
  const { host, hostKey } = proxy;
  const path = "machines.ssh.proxy";
  return [
    ...(isHost(host) ? [] : [{ path: `${path}.host`, message: `"${host}" is neither an IP address nor a DNS name` }]),
    ...hostKeyProblems(`${path}.hostKey`, hostKey),
    ...loginFieldProblems(proxy, `${path}.`),
  ];
}
