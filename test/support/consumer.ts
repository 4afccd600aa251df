import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { root } from "./place";
import { type Ended, output, Running } from "./process";

/** The SDK that a project has of its own: the last line for Node 20, which the tests may run on. */
export const sdk = "@pulumi/pulumi@3.248.0";

/** What a program in TypeScript needs. */
export const compilers = ["typescript@5.9.3", "@types/node@20.19.25"];

/** A project of somebody else's, outside of the clone, called NAME, with the package that npm would publish. */
export class Consumer {
  readonly directory = mkdtempSync(join(tmpdir(), "consumer-"));
  private readonly backend = mkdtempSync(join(tmpdir(), "consumer-state-"));

  /** ENV: that of the lab, for engine and plugins; the state is the project's own. */
  constructor(
    readonly name: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** Packs the package, and installs it from the tarball as a user does. */
  async install(...packages: string[]): Promise<void> {
    await this.installFrom(`./${await pack(this.directory)}`, ["--ignore-scripts"], [...packages, sdk]);
  }

  /** Installs the package from anywhere, with flags of npm. */
  async installFrom(source: string, flags: string[], packages: string[] = []): Promise<void> {
    this.write("package.json", JSON.stringify({ name: this.name, private: true }));
    const npm = ["npm", "install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error", ...flags];
    await output([...npm, source, ...packages], { cwd: this.directory, deadline: 900 });
  }

  /** The folder of the installed package. */
  get package(): string {
    return join(this.directory, "node_modules/kubeadm-ha");
  }

  write(file: string, text: string): void {
    mkdirSync(join(this.directory, file, ".."), { recursive: true });
    writeFileSync(join(this.directory, file), text);
  }

  copy(from: string, to: string): void {
    cpSync(from, join(this.directory, to), { recursive: true });
  }

  /** A program in the project's directory, which has to succeed. */
  async run(command: string[]): Promise<string> {
    return output(command, { cwd: this.directory, deadline: 300, env: this.environment });
  }

  /** `pulumi`, to its end. */
  pulumi(...args: string[]): Promise<Ended> {
    return new Running(["pulumi", ...args, "--non-interactive"], {
      cwd: this.directory,
      deadline: 1200,
      env: this.environment,
    }).ended;
  }

  /** `pulumi`, which has to succeed; gives its standard output. */
  async does(...args: string[]): Promise<string> {
    const { status, stdout, output } = await this.pulumi(...args);
    if (status !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${status}; it printed:\n${output}`);
    return stdout;
  }

  /** Makes a stack, with a configuration of the project's own. */
  async stack(name: string, values: Record<string, unknown> = {}): Promise<void> {
    await this.does("stack", "init", name);
    const config = Object.fromEntries(Object.entries(values).map(([key, value]) => [`${this.name}:${key}`, value]));
    // The salt that `stack init` has written stays.
    appendFileSync(join(this.directory, `Pulumi.${name}.yaml`), stringify({ config }));
  }

  /** Brings the stack up; then there is nothing more to do. */
  async up(): Promise<void> {
    await this.does("up", "--yes", "--skip-preview");
    await this.does("preview", "--expect-no-changes");
  }

  /** A secret of the stack's configuration. */
  async secret(key: string, value: string): Promise<void> {
    const command = ["pulumi", "config", "set", "--secret", key];
    await output(command, { cwd: this.directory, env: this.environment, input: value });
  }

  end(): void {
    for (const each of [this.directory, this.backend]) rmSync(each, { recursive: true, force: true });
  }

  private get environment(): NodeJS.ProcessEnv {
    const { PULUMI_STACK: _, ...env } = this.env;
    return { ...env, PULUMI_BACKEND_URL: `file://${this.backend}` };
  }
}

/** The tarball of the package, in a directory. */
async function pack(directory: string): Promise<string> {
  const packed = await output(["npm", "pack", "--json", "--silent", `--pack-destination=${directory}`], {
    cwd: root,
    deadline: 300,
  });
  return JSON.parse(packed.slice(packed.indexOf("["))).map((each: { filename: string }) => each.filename)[0];
}

/** The first block of code in a language below a heading of README.md. */
export function readmeBlock(heading: string, language: string): string {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const section = readme.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0];
  const block = section?.split(`\n\`\`\`${language}\n`)[1]?.split("\n```")[0];
  if (!block) throw new Error(`README.md has no block of ${language} below "${heading}"`);
  return `${block}\n`;
}
