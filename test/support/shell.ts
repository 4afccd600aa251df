import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Sandbox } from "./sandbox";

const loader = join(__dirname, "../../components/shell/load.sh");

/** What a piece of shell is run with. */
export interface ShellRun {
  /** Libraries, as a script names them to the loader. */
  libraries?: string[];
  /** Input files: text by name. */
  input?: Record<string, string>;
  /** Lines that stand before the libraries are loaded. */
  before?: string;
  /** Stand-ins for programs: text by name; `$there` is the directory of the run. */
  programs?: Record<string, string>;
  /** Further environment. */
  env?: Record<string, string>;
}

/**
 * Runs lines of bash with libraries of the steps. Their input, their logs and what is known of the machine are in a
 * directory of this run, `$there`, so that nothing of this machine is touched.
 */
export function shell(lines: string, { libraries = [], input = {}, before = "", programs = {}, env = {} }: ShellRun) {
  const sandbox = new Sandbox(programs);
  const { there } = sandbox;
  for (const directory of ["input", "work", "state"]) mkdirSync(join(there, directory));
  for (const [path, text] of Object.entries(input)) sandbox.write(`input/${path}`, text);
  const script = `set -euo pipefail
. ${loader}
there=${there} INPUT=${there}/input STATE=${there}/state LOGS=${there}/logs WORK=${there}/work
${before}
load ${libraries.join(" ")}
${lines}
`;
  return { there, ...sandbox.run(["-c", script], { env, timeout: 30_000 }) };
}
