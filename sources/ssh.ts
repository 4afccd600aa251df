import { z } from "zod";
import { isHost } from "../components/values/addresses";
import { sshPort } from "../components/values/ports";
import type { Problem } from "../components/values/problems";

const text = z.string();

/** The bastion in front of machines. */
export const proxySchema = z.strictObject({
  host: text,
  user: text.default("root"),
  port: z.int().default(sshPort),
  hostKey: text,
});

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

/** What is wrong with the bastion that is configured as `machines.ssh.proxy`. */
export function proxyProblems({ host, hostKey }: { host: string; hostKey: string }): Problem[] {
  const path = "machines.ssh.proxy";
  return [
    ...(isHost(host) ? [] : [{ path: `${path}.host`, message: `"${host}" is neither an IP address nor a DNS name` }]),
    ...hostKeyProblems(`${path}.hostKey`, hostKey),
  ];
}
