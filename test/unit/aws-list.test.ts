import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/place";
import { output } from "../support/process";

test("the lists for a checker are of every example on AWS, whole, and refer to nothing outside", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "aws-list-"));
  const register = join(root, "node_modules/ts-node/register/transpile-only");
  await output([process.execPath, "-r", register, join(root, "test/aws/list.ts")], {
    cwd,
    env: { ...process.env, TS_NODE_PROJECT: join(root, "tsconfig.json") },
    deadline: 280,
  });
  const examples = readdirSync(join(root, "stacks")).filter((name) => /^Pulumi\.aws.*\.example\.yaml$/.test(name));
  expect(readdirSync(cwd).sort()).toEqual(examples.map((name) => `${name.split(".")[1]}.json`).sort());
  for (const file of readdirSync(cwd)) {
    const text = readFileSync(join(cwd, file), "utf8");
    const known = JSON.parse(text).resources.map(({ type, name }: Record<string, string>) => `${type}|${name}`);
    expect(known.length, file).toBeGreaterThan(80);
    expect(new Set(known).size, file).toBe(known.length);
    for (const [, reference] of text.matchAll(/\{\{ref:([^}|]*\|[^}|]*)\|/g)) expect(known, file).toContain(reference);
  }
}, 300_000);
