import { runStep } from "./run-step";

/** A Node as the cluster has it before: its notes (undefined: it has none of that), its taints, its provider ID. */
export interface Found {
  taints?: string;
  labels?: string;
  leaving?: string;
  there?: string[];
  id?: string;
}

/** One run of the script. */
export interface Run {
  /** The Nodes that there are, by name. */
  found?: Record<string, Found>;
  /** What they are to be: the file of each by path. */
  files?: Record<string, string>;
  ids?: string;
  /** The names of all workers that are to be. */
  workers?: string;
  /** The Nodes that are in a pool. */
  inPools?: string;
  /** Lines of shell before the answers of kubectl, to which `$words` is what it is asked and `$there` a directory. */
  kubectl?: string;
  /** Lines of shell by which etcd answers; without them control planes have no members. */
  etcdctl?: string;
  deadline?: number;
}

/** Runs the script with a kubectl that answers so; gives what it was told to change. */
export function settle(run: Run) {
  const { found = {}, files = {}, ids = "", workers = "", inPools = "", kubectl = "", etcdctl, deadline } = run;
  const note = (value?: string) => (value === undefined ? "" : `=${value}`);
  const nodes = Object.entries(found).map(([name, { taints, labels, leaving, there = [], id = "" }]) =>
    [name, note(taints), note(labels), note(leaving), there.map((taint) => `${taint},`).join(""), id].join("|"),
  );
  const taints = Object.entries(found).map(([name, { there = [] }]) => [
    `taints-${name}`,
    there.map((taint) => `${taint.replace(/=[^:]*/, "")}\n`).join(""),
  ]);
  const { read, ...ended } = runStep("roster/roster.sh", {
    args: [workers, "1"],
    input: { ...files, "provider-ids": ids, ...(etcdctl === undefined ? {} : { "etcd-data-dir": "/var/lib/etcd\n" }) },
    files: { nodes: nodes.map((line) => `${line}\n`).join(""), ...Object.fromEntries(taints) },
    programs: {
      ...(etcdctl === undefined ? {} : { etcdctl }),
      kubectl: `words=\${*:4}
case $words in get\\ * | *" get "*) ;; *) echo "$words" | sed 's|[^ ]*/apply$|FILES|' >>$there/changed ;; esac
${kubectl}
case $words in
  "get nodes -o"*) cat $there/nodes ;;
  "get nodes --selector kubeadm-ha/pool "*) echo ${inPools} ;;
  "get node "*.spec.taints*) cat "$there/taints-$(cut -d' ' -f3 <<<"$words")" ;;
  "get node "*Ready*) echo True ;;
  "-n kube-system get configmap kubeadm-ha-nodes "*) ;;
  "get pods "*) printf 'ReplicaSet default/web\\nDaemonSet kube-system/flannel\\n' ;;
  apply*) cat "\${@: -1}"/*.yaml >$there/applied ;;
esac`,
    },
    deadline,
  });
  return { ...ended, changed: read("changed").split("\n").filter(Boolean), applied: read("applied") };
}
