/**
 * Writes the AWS resources and look-ups that the program asks for with a stack's configuration, under mocks, as a list
 * that a checker can create against an emulated AWS API.
 *
 *   node -r ts-node/register/transpile-only test/aws/list.ts [STACK-FILE [LIST-FILE]]
 *
 * LIST-FILE is <stack>.json in this directory unless it is named. Without a STACK-FILE, that of every example on AWS in
 * stacks/.
 */
import { readdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { recordAws, stackConfig } from "../support/aws";

const root = join(__dirname, "../..");

async function list(file: string, target?: string): Promise<void> {
  const stack = basename(file).split(".")[1];
  const entries = await recordAws(runProgram, stackConfig(resolve(file)), stack);
  const resources = entries
    .filter(({ type }) => type.startsWith("aws:"))
    .map(({ type, name, inputs, dependsOn }) => ({
      type,
      name,
      inputs,
      dependsOn: dependsOn.filter((each) => each.startsWith("aws:")),
    }));
  const written = target ?? `${stack}.json`;
  writeFileSync(written, `${JSON.stringify({ resources }, null, 1)}\n`);
  console.log(`${resources.length} resources and look-ups of ${stack} in ${written}`);
}

/** From its beginning. */
function runProgram(): unknown {
  for (const path of Object.keys(require.cache))
    if (path.startsWith(root) && !path.includes("node_modules")) delete require.cache[path];
  return require("../../index")();
}

async function main([file, target]: string[]): Promise<void> {
  if (file !== undefined) return list(file, target);
  const stacks = join(root, "stacks");
  for (const example of readdirSync(stacks)
    .filter((name) => /^Pulumi\.aws.*\.example\.yaml$/.test(name))
    .sort())
    await list(join(stacks, example));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
