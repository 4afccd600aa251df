import type { EtcdOptions } from "./etcd-options";

/** Where etcd's data are unless somebody wants them elsewhere. */
export const defaultDataDir = "/var/lib/etcd";

/** The flags of what can be tuned, the user's own over them. What is not set is left to whoever starts etcd. */
export function tuningFlags(options: EtcdOptions = {}): Record<string, string> {
  const flags = {
    "heartbeat-interval": options.heartbeatInterval,
    "election-timeout": options.electionTimeout,
    "quota-backend-bytes": options.quotaBackendBytes,
    "auto-compaction-mode": options.autoCompactionMode,
    "auto-compaction-retention": options.autoCompactionRetention,
    "snapshot-count": options.snapshotCount,
  };
  const given = Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [] : [[flag, String(value)]]));
  return { ...Object.fromEntries(given), ...options.extraArgs };
}
