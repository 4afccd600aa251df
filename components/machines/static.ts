import type * as pulumi from "@pulumi/pulumi";
import type { MachineArgs, SshProxyArgs } from "../machine/machine";

/** A machine that somebody else owns, as a configuration names it. */
export interface StaticMachine {
  /** The machine's name in the cluster. */
  name: string;
  /** Where SSH connects to. */
  address: string;
  /** Where the other machines reach it, if that is another address. */
  privateAddress?: string;
  /** Where they reach it by the other family of addresses. */
  secondAddress?: string;
  /** The login name, if it is not that of all. */
  user?: string;
  /** The port of sshd, if it is not that of all. */
  port?: number;
  /**
   * The public host key, one line: `ssh-keyscan -t ecdsa ADDRESS`, compared with what the machine's console says.
   * Ed25519 is for machines that have no other: clients ask for ECDSA and RSA first.
   */
  hostKey: string;
  /**
   * Another value says that the machine was installed again, where address and host key are those that it had.
   * @default none: address and host key tell
   */
  instanceId?: string;
  /** Labels of its Node. */
  labels?: { [key: string]: string };
  /** The zone it is in. */
  zone?: string;
  /** The region it is in. */
  region?: string;
  /** What a cloud controller manager knows it by. */
  providerId?: string;
  /** DNS names that its kubelet may have in its certificate, apart from its name. */
  dnsNames?: string[];
}

/** What static machines have in common. */
export interface StaticSsh {
  /**
   * The login name.
   * @default "root"
   */
  user?: string;
  /**
   * The port of sshd.
   * @default 22
   */
  port?: number;
  /** The private key that all of them accept. */
  privateKey: pulumi.Input<string>;
  /**
   * What that key is encrypted with.
   * @default none: it is not encrypted
   */
  privateKeyPassphrase?: pulumi.Input<string>;
  /** The bastion in front of them, if there is one. */
  proxy?: SshProxyArgs;
}

/** Machines as they are: nothing is made and nothing is asked. */
export function staticMachines(machines: StaticMachine[], ssh: StaticSsh): MachineArgs[] {
  const { privateKey, privateKeyPassphrase, proxy } = ssh;
  return machines.map(({ user, port, hostKey: line, instanceId, ...machine }) => {
    const hostKey = withoutComment(line);
    return {
      ...machine,
      // A host that was installed again has the address it had, and another key.
      instanceId: [machine.address, hostKey, ...(instanceId === undefined ? [] : [instanceId])].join(" "),
      ssh: {
        user: user ?? ssh.user,
        port: port ?? ssh.port,
        privateKey,
        ...(privateKeyPassphrase === undefined ? {} : { privateKeyPassphrase }),
        hostKey,
        proxy,
      },
    };
  });
}

/**
 * Type and key of a line such as `ssh-ed25519 AAAA… root@lb-1`: what stands behind them says nothing of the machine.
 */
function withoutComment(line: string): string {
  return line.trim().split(/\s+/).slice(0, 2).join(" ");
}
