import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { renderStep } from "../../components/remote/render";
import { shellSources } from "../../components/remote/sources";

/** What a step is run with. */
export interface StepRun {
  /** Its arguments. */
  args?: string[];
  /** Input files: text by name. */
  input?: Record<string, string>;
  /** Stand-ins for programs: lines of bash by name, to which `$there` is the directory of the run. */
  programs?: Record<string, string>;
  /** Files that are there before, by path below the directory of the run. */
  files?: Record<string, string>;
  /** Seconds. */
  deadline?: number;
}

/** Directories of a machine that the loader names, and where the run has them. */
const directories = { PKI: "/etc/kubernetes/pki", STATE: "/var/lib/kubeadm-ha", LOGS: "/var/log/kubeadm-ha" };

/**
 * Runs a whole step on this machine, of which it sees nothing but the programs: certificates, logs and what is known of
 * the machine are `pki`, `logs` and `state` in a directory of this run.
 */
export function runStep(script: string, { args = [], input = {}, programs = {}, files = {}, deadline = 60 }: StepRun) {
  const there = mkdtempSync(join(tmpdir(), "step-"));
  const write = (path: string, text: string, mode = 0o644) => {
    mkdirSync(dirname(join(there, path)), { recursive: true });
    writeFileSync(join(there, path), text, { mode });
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  for (const [name, lines] of Object.entries(programs))
    write(`bin/${name}`, `#!/bin/bash\nthere=${there}\n${lines}\n`, 0o755);
  const sources = shellSources(script);
  for (const [name, path] of Object.entries(directories))
    sources["shell/load.sh"] = sources["shell/load.sh"].replace(
      `${name}=${path}`,
      `${name}=${join(there, name.toLowerCase())}`,
    );
  const { status, stdout, stderr } = spawnSync("bash", ["-s", "--", ...args], {
    input: renderStep({ script, sources, input, deadline }),
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, PATH: `${join(there, "bin")}:${process.env.PATH}` },
  });
  const read = (file: string) => (existsSync(join(there, file)) ? readFileSync(join(there, file), "utf8") : "");
  return { status, stdout, stderr, read };
}
