import { stringify } from "yaml";
import { apiPort, sshPort } from "../../values/ports";

/** What a machine is told at its first boot. */
export interface FirstBoot {
  /** Its name. */
  hostname: string;
  /** Its host key, in OpenSSH form. */
  hostKey: { private: string; public: string };
  /** The lines of authorized_keys that let somebody in. */
  authorizedKeys: string[];
  /** The volume for etcd, and the texts of etcd-volume.sh and its unit; absent where no etcd runs. */
  etcdVolume?: { id: string; script: string; unit: string };
}

const etcdVolumeScript = "/usr/local/lib/kubeadm-ha/etcd-volume.sh";

/**
 * The machine's cloud-config. Its host key is the one that SSH pins, so that the first connection is checked like any
 * other. Nothing of the cluster is in it: whoever may describe the instance can read it.
 * https://docs.cloud-init.io/en/latest/reference/modules.html
 */
export function userData(boot: FirstBoot): string {
  return `#cloud-config\n${stringify(
    {
      hostname: boot.hostname,
      preserve_hostname: false,
      manage_etc_hosts: "localhost",
      // ECDSA is what the SSH client of Pulumi's command provider asks for first.
      ssh_deletekeys: true,
      ssh_keys: { ecdsa_private: boot.hostKey.private, ecdsa_public: boot.hostKey.public.trim() },
      ssh_authorized_keys: boot.authorizedKeys.map((key) => key.trim()),
      bootcmd: [["sh", "-c", sshAfterLogins]],
      ...(boot.etcdVolume && {
        write_files: [
          { path: etcdVolumeScript, permissions: "0755", content: boot.etcdVolume.script },
          { path: "/etc/systemd/system/etcd-volume@.service", content: boot.etcdVolume.unit },
        ],
        // cloud-init runs this at the first boot alone; from then on the unit does, should the machine stop before the
        // volume is there.
        runcmd: [
          ["systemctl", "enable", `etcd-volume@${boot.etcdVolume.id}.service`],
          ["bash", etcdVolumeScript, boot.etcdVolume.id],
        ],
      }),
    },
    { lineWidth: 0 },
  )}`;
}

// Until logins are open, sshd refuses everybody but root, and through a bastion a refused login is not tried again.
const sshAfterLogins = [
  "mkdir -p /etc/systemd/system/ssh.service.d",
  "printf '[Unit]\\nAfter=systemd-user-sessions.service\\n' >/etc/systemd/system/ssh.service.d/kubeadm-ha.conf",
  "systemctl daemon-reload",
].join(" && ");

/**
 * The line of authorized_keys for a bastion: the key forwards to SSH and the API, and does nothing else. `restrict`
 * alone still runs commands, and a way to any port would lead to the metadata service, too.
 */
export function forwardingOnly(publicKey: string): string {
  return (
    `restrict,port-forwarding,permitopen="*:${sshPort}",permitopen="*:${apiPort}",command="/usr/sbin/nologin" ` +
    `${publicKey.trim()}`
  );
}
