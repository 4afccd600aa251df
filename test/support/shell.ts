import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

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
  const there = mkdtempSync(join(tmpdir(), "shell-"));
  for (const directory of ["input", "bin", "work", "state"]) mkdirSync(join(there, directory));
  for (const [path, text] of Object.entries(input)) {
    mkdirSync(join(there, "input", dirname(path)), { recursive: true });
    writeFileSync(join(there, "input", path), text);
  }
  for (const [name, text] of Object.entries(programs))
    writeFileSync(join(there, "bin", name), `#!/bin/bash\nthere=${there}\n${text}\n`, { mode: 0o755 });
  const script = `set -euo pipefail
. ${loader}
there=${there} INPUT=${there}/input STATE=${there}/state LOGS=${there}/logs WORK=${there}/work
${before}
load ${libraries.join(" ")}
${lines}
`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], {
    encoding: "utf8",
    timeout: 30_000,
    env: { ...process.env, PATH: `${join(there, "bin")}:${process.env.PATH}`, ...env },
  });
  const read = (file: string) => (existsSync(join(there, file)) ? readFileSync(join(there, file), "utf8") : "");
  return { status, stdout, stderr, there, read };
}
