import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { shellSources } from "../../components/remote/sources";
import { Sandbox } from "./sandbox";

/** The root of paths that scripts name; not of those below another one. */
const paths = /(?<![\w$}.*\])])\/(?=(?:etc|opt|proc|run|sys|usr\/local|var)\/)/g;

const filters = ["iptables", "ip6tables"].flatMap((name) => [name, `${name}-nft`, `${name}-legacy`]);
/** Programs that would see or change the machine that the test runs on. What they are told is in `calls`. */
const strangers = [
  ...["systemctl", "ctr", "ip", "nft", "umount", "ipset", "ipvsadm", "apt-get", "apt-mark", "dpkg", "sysctl"],
  ...filters.flatMap((name) => [`${name}-save`, `${name}-restore`]),
];
const standIn = (name: string) => `echo "${name} $*" >>$there/calls`;

/**
 * A machine of its own for scripts that take away what they find: every path that they name lies in the directory of a
 * sandbox, below `root`.
 */
export class Elsewhere {
  /** Where the run has what the scripts call `/`. */
  readonly root: string;
  private readonly sandbox: Sandbox;

  /** PROGRAMS: stand-ins, lines of bash by name; `$there` is the sandbox, `$there/root` the machine. */
  constructor(programs: Record<string, string> = {}) {
    const all = Object.fromEntries(strangers.map((name) => [name, standIn(name)]));
    all.ip += '\n[ "$1 $2" != "netns delete" ] || rm -f "$there/root/run/netns/$3"';
    for (const [name, lines] of Object.entries(programs)) all[name] = `${standIn(name)}\n${lines}`;
    this.sandbox = new Sandbox(all);
    this.root = join(this.sandbox.there, "root");
    this.write("/proc/self/mountinfo", "");
  }

  /** Writes a file of the machine. */
  write(path: string, text: string, mode?: number): void {
    this.sandbox.write(join("root", path), text, mode);
  }

  /** Removes what is at a path of the machine. */
  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true, force: true });
  }

  /** Writes a file of a step's input. */
  input(path: string, text: string): void {
    this.sandbox.write(join("step/input", path), text);
  }

  /** Writes a file of the sandbox, for its stand-ins. */
  note(path: string, text: string): void {
    this.sandbox.write(path, text);
  }

  /** A file of the sandbox. */
  read(path: string): string {
    return this.sandbox.read(path);
  }

  /** All files and links of the machine: path, mode and how the text begins, or the target. */
  files(): string[] {
    return this.below("").flatMap((path) => {
      const file = join(this.root, path);
      const stat = lstatSync(file);
      if (stat.isSymbolicLink()) return `/${path} -> ${readlinkSync(file)}`;
      const begin = () => readFileSync(file, "utf8").slice(0, 80).replaceAll("\n", "|");
      return stat.isFile() ? `/${path} ${(stat.mode & 0o777).toString(8)} ${begin()}` : [];
    });
  }

  /** All that is below a directory of the machine, with the directories. */
  below(path: string): string[] {
    const directory = join(this.root, path);
    return existsSync(directory) ? (readdirSync(directory, { recursive: true }) as string[]).sort() : [];
  }

  /** Runs lines of bash with libraries. */
  run(libraries: string[], lines: string) {
    for (const library of ["shell/load", ...libraries])
      for (const [path, text] of Object.entries(shellSources(`${library}.sh`)))
        this.sandbox.write(join("step", path), this.moved(text));
    const { there } = this.sandbox;
    const script = `set -euo pipefail\n. ${there}/step/shell/load.sh\nmkdir -p "$INPUT"\nload ${libraries.join(" ")}\n`;
    return this.sandbox.run(["-c", `${script}${this.moved(lines)}\n`], { timeout: 60_000 });
  }

  /** Runs a script. */
  step(script: string, args: string[], env: Record<string, string> = {}) {
    for (const [path, text] of Object.entries({ ...shellSources("shell/load.sh"), ...shellSources(script) }))
      this.sandbox.write(join("step", path), this.moved(text));
    return this.sandbox.run([join(this.sandbox.there, "step", script), ...args], { timeout: 60_000, env });
  }

  private moved(text: string): string {
    return text.replace(paths, `${this.root}/`);
  }
}
