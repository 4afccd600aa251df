import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { register } from "ts-node";
import { parse } from "yaml";
import { Consumer } from "./consumer";
import { labEnvironment, root } from "./place";

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
  const folder = join(root, "examples", example);
  const project = new Consumer(example, await labEnvironment("examples"));
  try {
    // A stack that is made writes its salt next to the project's file: not into the clone.
    project.copy(join(folder, "Pulumi.yaml"), "Pulumi.yaml");
    await project.stack("test", { ...exampleConfig(example), ...more });
    const file = join(project.directory, "Pulumi.test.yaml");
    const { steps } = JSON.parse(
      await project.does("preview", `--cwd=${folder}`, "--stack=test", `--config-file=${file}`, "--json"),
    );
    return steps.map(planned);
  } finally {
    project.end();
  }
}

function planned({ op, urn }: { op: string; urn: string }): Planned {
  const [, , types, name] = urn.replace("urn:pulumi:", "").split("::");
  return { op, type: types.split("$").pop()?.replace("kubeadm-ha:index:", "") ?? "", name };
}
