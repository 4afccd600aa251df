import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { root } from "../support/place";

let clone: string;

/** A clone in small: what compiles and starts, and a program of a few lines. */
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "build-"));
  for (const file of ["build", "tsconfig.json", "tsconfig.build.json"])
    cpSync(join(root, file), join(clone, file), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
  for (const directory of ["config", "sources", "lab/machines", "plugin"])
    mkdirSync(join(clone, directory), { recursive: true });
  write("components/words.ts", 'export const word: string = "first";\n');
  write("components/step.sh", "true\n");
  write("index.ts", 'import { word } from "./components/words";\nprocess.stdout.write(word);\n');
});

afterEach(() => rmSync(clone, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(join(clone, dirname(file)), { recursive: true });
  writeFileSync(join(clone, file), text);
}

/** A run of the program, as Pulumi starts it. */
function start() {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["build/start.js"], { cwd: clone, encoding: "utf8" });
  return { status, stdout, stderr };
}

const dist = (file: string) => readFileSync(join(clone, "dist", file), "utf8");

test("a fresh clone is compiled by its first run, and every later one takes an edit, and no compiler, along", () => {
  expect(start()).toEqual({ status: 0, stdout: "first", stderr: "" });
  expect(existsSync(join(clone, "dist/components/words.d.ts"))).toBe(true);
  expect(dist("components/words.js")).not.toContain("sourceMappingURL");

  const without = join(clone, "node_modules");
  rmSync(without);
  expect(start()).toMatchObject({ status: 0, stdout: "first" });
  symlinkSync(join(root, "node_modules"), without);

  write("components/words.ts", 'export const word: string = "second";\n');
  expect(start()).toEqual({ status: 0, stdout: "second", stderr: "" });
});

test("a script and a new file come along, and what was deleted is gone", () => {
  start();
  write("components/step.sh", "false\n");
  write("components/more.ts", 'export const word = "third";\n');
  write("index.ts", 'import { word } from "./components/more";\nprocess.stdout.write(word);\n');
  rmSync(join(clone, "components/words.ts"));
  expect(start()).toEqual({ status: 0, stdout: "third", stderr: "" });
  expect(dist("components/step.sh")).toBe("false\n");
  expect(existsSync(join(clone, "dist/components/words.js"))).toBe(false);
});

test("an error of types stops the run, says where it is, and goes on doing so; no half of it is in dist/", () => {
  start();
  write("components/words.ts", 'export const word: string = 5;\nexport const other = "x";\n');
  for (const { status, stdout, stderr } of [start(), start()]) {
    expect(status).not.toBe(0);
    expect(stdout).toBe("");
    expect(stderr).toContain("components/words.ts(1,14): error TS2322: Type 'number' is not assignable");
  }
  expect(dist("components/words.js")).toContain('"first"');
});

test("who has no machines on AWS can do without its package", () => {
  const modules = join(clone, "node_modules");
  rmSync(modules);
  for (const name of ["typescript", "@types/node", "undici-types"]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  write("components/machines/aws/aws.ts", 'import * as ec2 from "@pulumi/aws/ec2";\nexport const vpc = ec2.Vpc;\n');
  expect(start()).toEqual({ status: 0, stdout: "first", stderr: "" });
  write("components/other.ts", 'import * as ec2 from "@pulumi/aws/ec2";\nexport const vpc = ec2.Vpc;\n');
  write("index.ts", 'import "./components/other";\n');
  expect(start().stderr).toContain("components/other.ts");
});

test("an error shows where it is in dist/, and a trace that nobody reads costs nothing", () => {
  write("index.ts", 'process.stdout.write(String(new Error().stack));\nthrow new Error("refused");\n');
  const { stdout, stderr } = start();
  expect(stdout).toBe("Error");
  expect(stderr).toContain("Error: refused\n    at ");
  expect(stderr).toMatch(/dist\/index\.js:\d+:\d+/);
});

test("every text is checked out with the line ends that it is sent with", () => {
  const files = execFileSync("git", ["ls-files", "--eol"], { cwd: root, encoding: "utf8" }).trim().split("\n");
  expect(files.filter((line) => !/^i\/(lf|none) +w\/(lf|none) +attr\/text=auto eol=lf/.test(line))).toEqual([]);
});
