import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { machinesSchema } from "../../sources";
import { root } from "../support/place";

const folders = readdirSync(join(root, "sources"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

test("every source of machines is a folder of the same files, and in the registry by its name", () => {
  for (const folder of folders)
    expect(readdirSync(join(root, "sources", folder)).sort(), folder).toEqual(["checks.ts", "schema.ts", "source.ts"]);
  expect(machinesSchema.options.map((option) => option.shape.source.value).sort()).toEqual(folders.sort());
});

test("no file names a source but those of its folder and the registry", () => {
  const others = ["index.ts", "config.ts", ...readdirSync(join(root, "config")).map((file) => `config/${file}`)];
  for (const file of [...others, "sources/source.ts", "sources/lists.ts", "sources/ssh.ts"])
    expect(readFileSync(join(root, file), "utf8"), file).not.toMatch(new RegExp(`"(${folders.join("|")})[":]`));
});
