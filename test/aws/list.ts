/**
 * Writes the AWS resources and look-ups that the program asks for with a stack's configuration, under mocks, as a list that a checker can
 * create against an emulated AWS API.
 *
 *   node -r ts-node/register/transpile-only test/aws/list.ts stacks/Pulumi.aws.example.yaml list.json
 */
import { writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { recordAws, stackConfig } from "../support/aws";

async function main([file, target]: string[]): Promise<void> {
  if (!target) throw new Error("usage: test/aws/list.ts STACK-FILE LIST-FILE");
  const stack = basename(file).split(".")[1];
  const entries = await recordAws(() => require("../../index"), stackConfig(resolve(file)), stack);
  const resources = entries
    .filter(({ type }) => type.startsWith("aws:"))
    .map(({ type, name, inputs, dependsOn }) => ({
      type,
      name,
      inputs,
      dependsOn: dependsOn.filter((each) => each.startsWith("aws:")),
    }));
  writeFileSync(target, `${JSON.stringify({ resources }, null, 1)}\n`);
  console.log(`${resources.length} resources and look-ups of ${stack} in ${target}`);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
