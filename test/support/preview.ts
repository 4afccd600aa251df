import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { register } from "ts-node";
import { parse, stringify } from "yaml";
import { labEnvironment, root } from "./place";
import { output } from "./process";

/** The values of an example's stack file, without the project's name before them. */
export function exampleConfig(example: string): Record<string, unknown> {
  const { config } = parse(readFileSync(join(root, "examples", example, "Pulumi.example.yaml"), "utf8"));
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(`${example}:`, ""), value]));
}

/** An example as Node runs it, to be recorded: its import of the package is what is compiled. */
export function runExample(example: string): unknown {
  register({ transpileOnly: true });
  return createRequire(__filename)(join(root, "examples", example, "index.ts"));
}

/** A resource as a preview plans it. */
export interface Planned {
  /** What is to be done with it. */
  op: string;
  /** Its type; that of a component is its class alone. */
  type: string;
  /** Its name. */
  name: string;
}

/**
 * What the engine plans for an example as it is in the clone, with the values of its stack file and more: with a
 * backend of its own, and no word to any machine.
 */
export async function previewed(example: string, more: Record<string, unknown>): Promise<Planned[]> {
  const scratch = mkdtempSync(join(tmpdir(), "preview-"));
  const [project, folder] = [join(scratch, "project"), join(root, "examples", example)];
  for (const directory of [project, join(scratch, "state")]) mkdirSync(directory);
  // A stack that is made writes its salt next to the project's file: not into the clone.
  cpSync(join(folder, "Pulumi.yaml"), join(project, "Pulumi.yaml"));
  const { PULUMI_STACK, PULUMI_CONFIG_PASSPHRASE_FILE, ...lab } = await labEnvironment("examples");
  const env = {
    ...lab,
    PULUMI_BACKEND_URL: `file://${join(scratch, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "passphrase",
  };
  await output(["pulumi", "stack", "init", "--no-select", "--non-interactive", "test"], { cwd: project, env });
  const all = Object.entries({ ...exampleConfig(example), ...more });
  const config = Object.fromEntries(all.map(([key, value]) => [`${example}:${key}`, value]));
  const file = join(project, "Pulumi.test.yaml");
  writeFileSync(file, readFileSync(file, "utf8") + stringify({ config }));
  const preview = ["preview", "--stack", "test", "--config-file", file, "--json", "--non-interactive"];
  const { steps } = JSON.parse(await output(["pulumi", ...preview], { cwd: folder, env, deadline: 300 }));
  return steps.map(({ op, urn }: { op: string; urn: string }) => {
    const [, , types, name] = urn.replace("urn:pulumi:", "").split("::");
    return { op, type: types.split("$").pop()?.replace("kubeadm-ha:index:", ""), name };
  });
}
