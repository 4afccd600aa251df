import { appendFileSync, cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { Consumer } from "./consumer";
import { labEnvironment, root } from "./place";
import { planText } from "./plan";

/** A resource in a state. */
export interface StateOf {
  urn: string;
  parent: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

/** What the engine plans for a stack of the repository's program, as compiled, in a folder and a backend of its own. */
export class Plans {
  private constructor(
    private readonly project: Consumer,
    private readonly stackFile: string,
  ) {}

  static async begin(): Promise<Plans> {
    // Of the state, only what it comes to counts: to write it after each step is most of the time that an `up` takes.
    const quick = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };
    const project = new Consumer("kubeadm-ha", { ...(await labEnvironment("golden")), ...quick });
    cpSync(join(root, "dist"), join(project.directory, "dist"), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(project.directory, "node_modules"));
    const runtime = { name: "nodejs", options: { typescript: false } };
    project.write("Pulumi.yaml", stringify({ name: "kubeadm-ha", runtime, main: "dist/index.js" }));
    await project.stack("test");
    return new Plans(project, readFileSync(join(project.directory, "Pulumi.test.yaml"), "utf8"));
  }

  /** Brings the stack up. */
  async up(config: object): Promise<void> {
    this.configure(config);
    await this.project.does("up", "--yes", "--skip-preview", "--stack=test");
  }

  /** What the engine would do for another configuration. */
  async of(config: object): Promise<string> {
    this.configure(config);
    return planText(JSON.parse(await this.project.does("preview", "--json", "--stack=test")));
  }

  /** What it warns of, for another configuration. */
  async warnings(config: object): Promise<string[]> {
    this.configure(config);
    const { diagnostics = [] } = JSON.parse(await this.project.does("preview", "--json", "--stack=test"));
    return diagnostics.map(({ message }: { message: string }) => message);
  }

  /**
   * Has each script of a step say something more, as another version of it would. What is placed on machines to stay
   * there is configuration, whatever language it is in.
   */
  editScripts(): void {
    const scripts = join(this.project.directory, "dist/components");
    for (const file of readdirSync(scripts, { recursive: true, encoding: "utf8" }))
      if (file.endsWith(".sh") && !/(approver\/approve|load-balancer\/check)\.sh$/.test(file))
        appendFileSync(join(scripts, file), "# another version\n");
  }

  /** Changes the state of a resource, by the end of its URN. */
  async edit(name: string, change: (resource: StateOf) => void): Promise<void> {
    const state = JSON.parse(await this.project.does("stack", "export", "--stack=test"));
    change(state.deployment.resources.find(({ urn }: StateOf) => urn.endsWith(`::${name}`)));
    this.project.write("state.json", JSON.stringify(state));
    await this.project.does("stack", "import", "--stack=test", "--file=state.json");
  }

  end(): void {
    this.project.end();
  }

  private configure(config: object): void {
    const values = Object.fromEntries(Object.entries(config).map(([key, value]) => [`kubeadm-ha:${key}`, value]));
    // The salt that `stack init` has written stays.
    writeFileSync(
      join(this.project.directory, "Pulumi.test.yaml"),
      `${this.stackFile.replace(/^config:.*/ms, "")}${stringify({ config: values })}`,
    );
  }
}
