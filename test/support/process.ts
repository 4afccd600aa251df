import { type ChildProcess, execFileSync, spawn } from "node:child_process";

/** What became of a command. */
export interface Ended {
  /** Its exit status; null where a signal ended it. */
  status: number | null;
  /** What it printed on standard output. */
  stdout: string;
  /** What it printed in all, as it came. */
  output: string;
}

/** @default no input, this environment, 60 s */
export interface RunOptions {
  input?: string;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Seconds after which the command and all it started is killed, which fails the test. */
  deadline?: number;
}

/** A command under way. */
export class Running {
  /** What it has printed so far. */
  output = "";
  /** Whether it has ended. */
  over = false;
  /** Its end; fails when that is not in time. */
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;

  constructor(command: string[], { input, env = process.env, cwd, deadline = 60 }: RunOptions = {}) {
    const child = spawn(command[0], command.slice(1), { env, cwd, detached: true });
    this.child = child;
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      this.output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      this.output += text;
    });
    // Whoever ends without reading its input is heard of by its status.
    child.stdin.on("error", () => {}).end(input);
    this.ended = new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.crash();
        reject(new Error(`${command.join(" ")} has not ended after ${deadline} s; it printed:\n${this.output}`));
      }, deadline * 1000);
      child.once("error", reject);
      child.once("close", (status) => {
        clearTimeout(late);
        this.over = true;
        resolve({ status, stdout, output: this.output });
      });
    });
    this.ended.catch(() => {});
  }

  /** Sends a signal to the command and whatever shares its process group, as a terminal does for Ctrl-C. */
  signal(name: NodeJS.Signals): void {
    if (this.child.pid && this.child.exitCode === null) process.kill(-this.child.pid, name);
  }

  /**
   * Kills the command and its descendants in whatever process group, as the end of the machine that it runs on would.
   */
  crash(): void {
    const { pid } = this.child;
    if (!pid || this.child.exitCode !== null) return;
    for (const victim of [pid, ...descendants(pid)]) {
      try {
        process.kill(victim, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
  }
}

/** Runs a command to its end. Fails only where that is not in time: a status is for the caller to judge. */
export function run(command: string[], options?: RunOptions): Promise<Ended> {
  return new Running(command, options).ended;
}

/** What a command that has to succeed printed on standard output. */
export async function output(command: string[], options?: RunOptions): Promise<string> {
  const { status, stdout, output } = await run(command, options);
  if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}; it printed:\n${output}`);
  return stdout;
}

/**
 * Tries until `attempt` succeeds, and gives what it returns. After the deadline (seconds) fails with its last error.
 */
export async function poll<T>(what: string, deadline: number, attempt: () => T | Promise<T>): Promise<T> {
  const end = Date.now() + deadline * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw new Error(`waited ${deadline} s for ${what}; last: ${error}`);
    }
    await pause(200);
  }
}

/** The pause of a loop that asks again and again. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function descendants(ancestor: number): number[] {
  const children = new Map<number, number[]>();
  for (const line of execFileSync("ps", ["-e", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n")) {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const below = (pid: number): number[] => (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(ancestor);
}
