import { defaultDataDir } from "../../kubeadm/etcd-flags";
import type { EtcdOptions } from "../../kubeadm/etcd-options";
import type { Problem } from "../../values/problems";
import { durationSeconds } from "./options";
import type { ClusterPlan, Paths } from "./plan";
import { variableProblems } from "./pods";

const optionOf: Record<string, string> = {
  "heartbeat-interval": "heartbeatInterval",
  "election-timeout": "electionTimeout",
  "quota-backend-bytes": "quotaBackendBytes",
  "auto-compaction-mode": "autoCompactionMode",
  "auto-compaction-retention": "autoCompactionRetention",
  "snapshot-count": "snapshotCount",
  "data-dir": "dataDir",
  // Beside the data, whoever clears a half-done member would miss it, and a pod has it nowhere.
  "wal-dir": "dataDir",
};
/** What makes a member one of this cluster; another value of these would make it something else. */
const identity = new RegExp(
  "^(name|(listen|advertise|initial|experimental-initial)-(?!metrics).*|" +
    "(peer-)?(cert|key|trusted-ca)-file|(peer-)?client-cert-auth|(peer-)?auto-tls|config-file|force-new-cluster.*|" +
    "discovery(-.*)?)$",
);

/** https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#ProtectSystem= */
const withheld = /^\/(usr|boot|efi|etc|home|root|run\/user)(\/|$)/;

/** A cluster with nothing in it has some MiB. */
const leastQuota = 64 * 2 ** 20;

/** Where kubeadm, kubelet and containerd have files of their own, which come and go, and what is not on a disk. */
const withoutRoom = /^\/(etc\/kubernetes|var\/lib\/(kubelet|containerd|kubeadm-ha)|dev|proc|run|sys|tmp)(\/|$)/;

/** What is judged of a cluster's etcd. */
export interface EtcdPlan {
  /** The machines of an external one. */
  etcd: unknown[];
  /** What is configured. */
  options: Pick<ClusterPlan["options"], "etcd" | "patches">;
}

/** The machines of an external etcd, and what is tuned about any etcd. */
export function etcdProblems({ etcd: machines, options }: EtcdPlan, paths: Paths): Problem[] {
  const problems: Problem[] = [];
  if (![0, 3, 5, 7].includes(machines.length)) {
    problems.push({
      path: `${paths.machines}etcd`,
      message:
        `${machines.length} machines of etcd; allowed: 3, 5 or 7, or none (it keeps its quorum with 1, 2 or 3 of ` +
        "them lost; an even number adds a machine that can fail, not one that may)",
    });
  }
  options.patches?.forEach(({ target }, i) => {
    if (target === "etcd" && machines.length > 0) {
      problems.push({
        path: `${paths.options}patches[${i}].target`,
        message: `"etcd" is not a pod of kubeadm where etcd has machines of its own; use etcd.extraArgs`,
      });
    }
  });
  const { dataDir = defaultDataDir } = options.etcd ?? {};
  if (machines.length > 0 && withheld.test(dataDir)) {
    problems.push({
      path: `${paths.options}etcd.dataDir`,
      message:
        `"${dataDir}" is where the unit of etcd may not write (ProtectSystem=full, ProtectHome=yes); allowed: any ` +
        "other, for example /var/lib/etcd",
    });
  }
  const tuned = tuningProblems(options.etcd ?? {}).map(({ path, message }) => ({
    path: `${paths.options}etcd.${path}`,
    message,
  }));
  return [...problems, ...tuned];
}

/** The rules are etcd's own: https://etcd.io/docs/v3.6/tuning/, https://etcd.io/docs/v3.6/op-guide/configuration/ */
function tuningProblems(etcd: EtcdOptions): Problem[] {
  const problems: Problem[] = [];
  const check = (ok: boolean, path: string, message: string) => {
    if (!ok) problems.push({ path, message });
  };
  for (const key of ["heartbeatInterval", "electionTimeout", "quotaBackendBytes", "snapshotCount"] as const)
    check((etcd[key] ?? 1) > 0, key, `${etcd[key]} is not above zero`);
  const { quotaBackendBytes: quota = leastQuota } = etcd;
  check(
    quota <= 0 || quota >= leastQuota,
    "quotaBackendBytes",
    `${quota} bytes are full before the cluster is up; allowed: ${leastQuota} (64 MiB) or more`,
  );
  const { heartbeatInterval = 100, electionTimeout = 1000, autoCompactionMode: mode } = etcd;
  check(
    electionTimeout <= 0 || electionTimeout >= 5 * heartbeatInterval,
    "electionTimeout",
    `${electionTimeout} ms is too short for a heartbeatInterval of ${heartbeatInterval} ms; needed: 5 of them, ` +
      "better 10",
  );
  check(electionTimeout <= 50_000, "electionTimeout", `${electionTimeout} ms is too long; allowed: 50000 ms at most`);
  const { autoCompactionRetention: retention } = etcd;
  check(
    (mode === undefined) === (retention === undefined),
    mode === undefined ? "autoCompactionMode" : "autoCompactionRetention",
    "missing; autoCompactionMode and autoCompactionRetention go together",
  );
  if (mode !== undefined && retention !== undefined) {
    // More than 18 digits are more than etcd can count.
    const revisions = /^[1-9]\d{0,17}$/.test(retention);
    check(
      mode === "revision" ? revisions : durationSeconds(retention) !== undefined,
      "autoCompactionRetention",
      `"${retention}" is not ` +
        `${mode === "revision" ? "a number of revisions; example: 10000" : "a duration above zero; examples: 8h, 30m"}`,
    );
  }
  const { dataDir = defaultDataDir } = etcd;
  check(
    /^(\/[\w.-]+)+$/.test(dataDir) && !/\/\.\.?(\/|$)/.test(dataDir),
    "dataDir",
    `"${dataDir}" is not an absolute path of letters, digits, dots, hyphens and underscores; example: /var/lib/etcd`,
  );
  check(
    !withoutRoom.test(dataDir),
    "dataDir",
    `"${dataDir}" belongs to others, or is gone with the next boot; example: /var/lib/etcd`,
  );
  for (const flag of Object.keys(etcd.extraArgs ?? {})) {
    const own = optionOf[flag];
    check(own === undefined, `extraArgs.${flag}`, `use ${own}`);
    check(!identity.test(flag), `extraArgs.${flag}`, "is what makes a member one of this cluster; leave it out");
  }
  for (const name of Object.keys(etcd.extraEnvs ?? {})) {
    // etcd ends at a variable where it has the same as a flag, too.
    const flag = name
      .replace(/^ETCD_/, "")
      .toLowerCase()
      .replaceAll("_", "-");
    const option = optionOf[flag] ?? `extraArgs.${flag}`;
    check(!name.startsWith("ETCD_"), `extraEnvs.${name}`, `stands for a flag of etcd; use ${option}`);
  }
  return [...problems, ...variableProblems(etcd.extraEnvs ?? {}, "extraEnvs")];
}
