import { execFileSync, type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./place";

/** A home in which the lab's scripts have a cache and a state of their own, and find programs that a test has made. */
export class LabHome {
  readonly path = mkdtempSync(join(tmpdir(), "kubeadm-ha-home-"));
  readonly cache = join(this.path, "kubeadm-ha");
  readonly state = join(this.path, "state/kubeadm-ha");

  constructor() {
    for (const directory of [join(this.cache, "tmp"), this.state, join(this.path, "bin")])
      mkdirSync(directory, { recursive: true });
  }

  /** Makes a program of lines of sh, which is found before any of this machine. */
  program(name: string, lines: string): void {
    writeFileSync(join(this.path, "bin", name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  }

  /** Runs lines of bash with what the lab's scripts share, and gives what they print. */
  bash(lines: string, env: Record<string, string> = {}): string {
    const parts = ["lib", "sources", "engine", "prune"].map((name) => `. ${join(root, "lab", `${name}.sh`)}`);
    const script = ["set -euo pipefail", ...parts, lines].join("\n");
    return execFileSync("bash", ["-c", script], {
      encoding: "utf8",
      stdio: "pipe",
      timeout: 20_000,
      env: this.environment(env),
    }).trim();
  }

  /** Runs a script of the lab. */
  script(name: string, env: Record<string, string> = {}, ...args: string[]): SpawnSyncReturns<string> {
    return spawnSync(join(root, "lab", name), args, { encoding: "utf8", timeout: 20_000, env: this.environment(env) });
  }

  private environment(env: Record<string, string>): NodeJS.ProcessEnv {
    return {
      PATH: `${join(this.path, "bin")}:${process.env.PATH}`,
      HOME: this.path,
      XDG_CACHE_HOME: this.path,
      XDG_STATE_HOME: join(this.path, "state"),
      ...env,
    };
  }
}
