import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderStep } from "../../components/remote/render";
import { shellSources } from "../../components/remote/sources";

const script = "roster/roster.sh";

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
  deadline?: number;
}

/** Runs the script with a kubectl that answers so; gives what it was told to change. */
export function settle({
  found = {},
  files = {},
  ids = "",
  workers = "",
  inPools = "",
  kubectl = "",
  deadline = 60,
}: Run) {
  const there = mkdtempSync(join(tmpdir(), "roster-"));
  mkdirSync(join(there, "bin"));
  const note = (value?: string) => (value === undefined ? "" : `=${value}`);
  const nodes = Object.entries(found).map(([name, { taints, labels, leaving, there = [], id = "" }]) =>
    [name, note(taints), note(labels), note(leaving), there.map((taint) => `${taint},`).join(""), id].join("|"),
  );
  writeFileSync(join(there, "nodes"), nodes.map((line) => `${line}\n`).join(""));
  for (const [name, { there: taints = [] }] of Object.entries(found))
    writeFileSync(join(there, `taints-${name}`), taints.map((taint) => `${taint.replace(/=[^:]*/, "")}\n`).join(""));
  writeFileSync(
    join(there, "bin", "kubectl"),
    `#!/bin/bash
there=${there} words=\${*:4}
case $words in get\\ *) ;; *) echo "$words" | sed 's|[^ ]*/apply$|FILES|' >>$there/changed ;; esac
${kubectl}
case $words in
  "get nodes -o"*) cat $there/nodes ;;
  "get nodes --selector kubeadm-ha/pool "*) echo ${inPools} ;;
  "get node "*.spec.taints*) cat "$there/taints-$(cut -d' ' -f3 <<<"$words")" ;;
  "get node "*Ready*) echo True ;;
  "get pods "*) printf 'ReplicaSet default/web\\nDaemonSet kube-system/flannel\\n' ;;
  apply*) cat "\${@: -1}"/*.yaml >$there/applied ;;
esac
`,
    { mode: 0o755 },
  );
  const sources = shellSources(script);
  const load = sources["shell/load.sh"].replace("LOGS=/var/log/kubeadm-ha", `LOGS=${there}/logs`);
  const input = { ...files, "provider-ids": ids };
  const { status, stdout, stderr } = spawnSync("bash", ["-s", "--", workers, "1"], {
    input: renderStep({ script, sources: { ...sources, "shell/load.sh": load }, input, deadline }),
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, PATH: `${join(there, "bin")}:${process.env.PATH}` },
  });
  const read = (file: string) => (existsSync(join(there, file)) ? readFileSync(join(there, file), "utf8") : "");
  return { status, stdout, stderr, changed: read("changed").split("\n").filter(Boolean), applied: read("applied") };
}
