import { join } from "node:path";
import { renderStep } from "../../components/remote/render";
import { shellSources } from "../../components/remote/sources";
import { Sandbox } from "./sandbox";

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
  const sandbox = new Sandbox(programs);
  for (const [path, text] of Object.entries(files)) sandbox.write(path, text);
  const sources: Record<string, string> = { ...shellSources(script) };
  for (const [name, path] of Object.entries(directories))
    sources["shell/load.sh"] = sources["shell/load.sh"].replace(
      `${name}=${path}`,
      `${name}=${join(sandbox.there, name.toLowerCase())}`,
    );
  return sandbox.run(["-s", "--", ...args], {
    input: renderStep({ script, sources, input, deadline }),
    timeout: 60_000,
  });
}
