import { isIP } from "node:net";
import { defaultDataDir, tuningFlags } from "../kubeadm/etcd-flags";
import type { EtcdOptions } from "../kubeadm/etcd-options";
import { etcdClientPort, etcdMetricsPort, etcdPeerPort } from "../values/ports";
import { socketAddress } from "../values/socket-address";

/** One member of an external etcd. */
export interface EtcdMachine {
  /** Its name: member name and machine name. */
  name: string;
  /** The address at which the other members and the API servers reach it. */
  address: string;
}

/** The certificates of etcd on a machine, where kubeadm has those of a stacked member. */
const etcdPkiDirectory = "/etc/kubernetes/pki/etcd";

/** The URL at which clients reach a member. */
export function clientUrl({ address }: EtcdMachine): string {
  return `https://${socketAddress(address, etcdClientPort)}`;
}

/**
 * The systemd unit of a member. Flags as kubeadm gives them to a stacked one; how it finds the others at its first
 * start (--initial-cluster…) is in the environment file, for that is known on the machine alone.
 */
export function etcdUnit(
  machine: EtcdMachine,
  options: EtcdOptions = {},
  flagsOfAll: Record<string, string> = {},
): string {
  const flags = Object.entries({
    ...ownFlags(machine, options.dataDir ?? defaultDataDir),
    ...flagsOfAll,
    ...tuningFlags(options),
  })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([flag, value]) => `  ${word(`--${flag}=${value}`)}`);
  const variables = Object.entries(options.extraEnvs ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}\n`);
  return `[Unit]
Description=etcd, the key-value store of Kubernetes
Documentation=https://etcd.io/docs/
Wants=network-online.target
After=network-online.target
# On an empty directory it would come up as another member than it is.
RequiresMountsFor=${options.dataDir ?? defaultDataDir}
StartLimitIntervalSec=0

[Service]
# Ready is a member that is in a quorum; until there is one it waits, and may.
Type=notify
TimeoutStartSec=infinity
EnvironmentFile=-/var/lib/kubeadm-ha/etcd-initial.env
${variables.join("")}# Notes what it was started with, so that a change is told from what runs already.
ExecStartPre=/bin/sh -c 'mkdir -p /run/kubeadm-ha && cat /etc/systemd/system/etcd.service \
"$$(command -v etcd)" | sha256sum >/run/kubeadm-ha/etcd.started'
ExecStart=etcd \\
${flags.join(" \\\n")}
# A member that was removed ends by itself, with success.
Restart=on-failure
RestartSec=1
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=full
ProtectHome=yes
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
`;
}

function ownFlags(machine: EtcdMachine, dataDir: string): Record<string, string> {
  const { name, address } = machine;
  // etcd binds to addresses only; behind a name it listens on all.
  const listen = isIP(address) > 0 ? address : "0.0.0.0";
  const pki = (file: string) => `${etcdPkiDirectory}/${file}`;
  return {
    name,
    "data-dir": dataDir,
    "listen-client-urls": `https://127.0.0.1:${etcdClientPort},https://${socketAddress(listen, etcdClientPort)}`,
    "advertise-client-urls": clientUrl(machine),
    "listen-peer-urls": `https://${socketAddress(listen, etcdPeerPort)}`,
    "initial-advertise-peer-urls": `https://${socketAddress(address, etcdPeerPort)}`,
    "listen-metrics-urls": `http://127.0.0.1:${etcdMetricsPort}`,
    "cert-file": pki("server.crt"),
    "key-file": pki("server.key"),
    "trusted-ca-file": pki("ca.crt"),
    "client-cert-auth": "true",
    "peer-cert-file": pki("peer.crt"),
    "peer-key-file": pki("peer.key"),
    "peer-trusted-ca-file": pki("ca.crt"),
    "peer-client-cert-auth": "true",
    "snapshot-count": "10000",
    "feature-gates": "InitialCorruptCheck=true",
    "watch-progress-notify-interval": "5s",
  };
}

/** A word as systemd reads it: specifiers, variables and quotes mean themselves. */
function word(text: string): string {
  const plain = text.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[\w@%+=:,./$[\]-]+$/.test(plain) ? plain : inQuotes(plain);
}

/** The same where no variable is looked for. */
function quoted(text: string): string {
  return inQuotes(text.replaceAll("%", "%%"));
}

function inQuotes(text: string): string {
  return `"${text.replaceAll(/(["\\])/g, "\\$1")}"`;
}
