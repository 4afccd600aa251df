import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A directory of one run of bash, which sees of this machine its programs, and stand-ins before them. */
export class Sandbox {
  /** The directory. */
  readonly there = mkdtempSync(join(tmpdir(), "sandbox-"));

  /** PROGRAMS: stand-ins, lines of bash by name, to which `$there` is the directory. */
  constructor(programs: Record<string, string>) {
    for (const [name, lines] of Object.entries(programs))
      this.write(`bin/${name}`, `#!/bin/bash\nthere=${this.there}\n${lines}\n`, 0o755);
  }

  /** Writes a file, by its path below the directory. */
  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(join(this.there, path)), { recursive: true });
    writeFileSync(join(this.there, path), text, { mode });
  }

  /** What is in a file; nothing where there is none. */
  read(path: string): string {
    try {
      return readFileSync(join(this.there, path), "utf8");
    } catch (error) {
      // It may go while it is looked for.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
      throw error;
    }
  }

  /** Runs bash, for MILLISECONDS at most. */
  run(
    words: string[],
    { input, env = {}, timeout }: { input?: string; env?: Record<string, string>; timeout: number },
  ) {
    const { status, stdout, stderr } = spawnSync("bash", words, {
      input,
      encoding: "utf8",
      timeout,
      env: { ...process.env, PATH: `${join(this.there, "bin")}:${process.env.PATH}`, ...env },
    });
    return { status, stdout, stderr, read: (path: string) => this.read(path) };
  }
}
