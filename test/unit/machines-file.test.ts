import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { checkConfig, readConfig, stacksDirectory } from "../../config";
import { placeMachines } from "../../config/machines-file";
import { staticConfig } from "../support/fixtures";
import { root } from "../support/place";

const directory = join(mkdtempSync(join(tmpdir(), "machines-")), "stacks");
mkdirSync(directory);
const { machines, ...others } = staticConfig;
const path = join(directory, "machines.prod.yaml");

/** Leaves a file next to the stacks', and gives back the configuration that names it. */
function naming(text: string): Record<string, unknown> {
  writeFileSync(path, text);
  return { ...others, machines: { file: "machines.prod.yaml" } };
}

function checked(raw: Record<string, unknown>) {
  const placed = placeMachines(raw, directory);
  return checkConfig(placed.raw, placed.unread, {}, placed.file);
}

function problems(raw: Record<string, unknown>): string[] {
  try {
    checked(raw);
  } catch (error) {
    return (error as Error).message.split("\n").map((line) => line.trim());
  }
  return [];
}

/** The one problem of a configuration. */
function only(raw: Record<string, unknown>): string {
  const [first, problem, ...rest] = problems(raw);
  expect([first, rest]).toEqual(["the configuration has 1 problem; nothing was touched:", []]);
  return problem;
}

const inline = checkConfig(staticConfig);

test.each([
  ["YAML", stringify(machines)],
  ["JSON", JSON.stringify(machines, null, "\t")],
  ["YAML with anchors", stringify(machines).replace("- name: cp-1", "- &first\n    name: cp-1")],
  ["YAML from Windows", `\ufeff${stringify(machines).replaceAll("\n", "\r\n")}`],
])("the same machines as %s in a file are the same configuration", (_, text) => {
  expect(checked(naming(text))).toEqual(inline);
});

test("a merge key holds in a file as it does in that of a stack, however often it is used", () => {
  const list = Array.from({ length: 300 }, (_, i) => `{ <<: *all, name: w-${i}, address: 192.0.3.${i}, labels: *l }`);
  const pool = `[{ name: p, labels: &l { a: b }, machines: [{ <<: &all { hostKey: k }, name: w }, ${list.join(", ")}] }]`;
  const { raw } = placeMachines(naming(`source: static\nworkerPools: ${pool}\n`), directory);
  expect((raw.machines as { workerPools: { machines: object[] }[] }).workerPools[0].machines[300]).toEqual({
    hostKey: "k",
    name: "w-299",
    address: "192.0.3.299",
    labels: { a: "b" },
  });
});

test("a file may be anywhere", () => {
  naming(stringify(machines));
  for (const file of [path, relative(directory, path), `../stacks/machines.prod.yaml`])
    expect(checked({ ...others, machines: { file } })).toEqual(inline);
});

test("the program reads it from where Pulumi.yaml has the stacks", () => {
  const { stackConfigDir } = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8"));
  expect(stacksDirectory).toBe(join(root, stackConfigDir));
  naming(stringify(machines));
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  const raw = { ...others, machines: { file: relative(stacksDirectory, path) } };
  const own = Object.entries(raw).map(([key, value]) => [`${pulumi.getProject()}:${key}`, text(value)]);
  pulumi.runtime.setAllConfig(Object.fromEntries(own));
  expect(readConfig()).toEqual({ ...inline, secrets: [] });
});

test("every problem comes at once, with the path that it would have in the stack's file", () => {
  const [cp1, cp2] = machines.controlPlanes;
  const wrong = { ...machines, color: "blue", controlPlanes: [cp1, { ...cp2, address: "a b", size: 1 }] };
  const raw = { ...naming(stringify(wrong)), cluster: { ...others.cluster, podCidr: "x" } };
  const inStack = problems({ ...raw, machines: wrong });
  expect(inStack.map((line) => line.replace(/:? .*/, "")).slice(1)).toEqual([
    "cluster.podCidr",
    "machines.color",
    "machines.controlPlanes",
    "machines.controlPlanes[1].address",
    "machines.controlPlanes[1].size",
  ]);
  expect(problems(raw)).toEqual([...inStack, `what is below "machines" stands in ${path}`]);
});

test("a problem elsewhere does not lead to the file", () => {
  const raw = { ...naming(stringify(machines)), cluster: { kubernetesVersion: "1.29.1" } };
  expect(only(raw)).toMatch(/^cluster\.kubernetesVersion: /);
});

const fix = `expected: a file, named from ${directory} or by its full path`;
test.each([
  [{ file: "none.yaml" }, `"none.yaml" cannot be read: ${directory}/none.yaml does not exist; ${fix}`],
  [{ file: "/none/at/all" }, `"/none/at/all" cannot be read: /none/at/all does not exist; ${fix}`],
  [{ file: "." }, `"." cannot be read: ${directory} is a directory; ${fix}`],
  [{ file: "" }, `"" cannot be read: ${directory} is a directory; ${fix}`],
  [{ file: "/dev/null" }, `"/dev/null" cannot be read: /dev/null is not a regular file; ${fix}`],
  [
    { file: "machines.prod.yaml/x" },
    `"machines.prod.yaml/x" cannot be read: ${path}/x fails with ENOTDIR: not a directory; ${fix}`,
  ],
  [{ file: 5 }, "is of the wrong type; expected: the path of a file, as text"],
  [
    { file: "a.yaml", source: "static", controlPlanes: [] },
    '"a.yaml" stands beside source, controlPlanes; move these to that file, or take "file" away',
  ],
])("%j", (wrong, message) => {
  naming(stringify(machines));
  expect(only({ ...others, machines: wrong })).toBe(`machines.file: ${message}`);
});

const expected = 'expected: what the key "machines" would hold, beginning with "source: <where they come from>"';
test.each([
  ["", ` is empty; ${expected}`],
  ["# later\n", ` is empty; ${expected}`],
  ["- name: cp-1\n", ` is not a map; ${expected}`],
  ["text", ` is not a map; ${expected}`],
  ["machines:\n  source: static\n", ' holds the key "machines" itself; write at its top what is below that'],
  ["a: 1\nb: 2\na: 3\n", ", line 3, column 1: key a stands there twice; take one away"],
  ["a: 1\nb: [\n", /^, line 3, column 1: is not valid YAML \(.*\)$/],
  ["a: 1\n---\na: 1\n", ", line 2, column 1: another document begins; expected: one"],
  ["a: !secret x\n", ", line 1, column 4: is not valid YAML (Unresolved tag: !secret)"],
  ["a: 1\nb: *all\n", ', line 2, column 4: "*all" has no "&all" before it'],
  ["<<: 5\n", " is not valid YAML (Merge sources must be maps or map aliases)"],
])("a file that holds %j", (text, message) => {
  const said = only(naming(text));
  expect(said.startsWith(`machines.file: ${path}`)).toBe(true);
  expect(said.slice(`machines.file: ${path}`.length)).toEqual(
    typeof message === "string" ? message : expect.stringMatching(message),
  );
});

test("nothing that stands in a file is repeated but keys", () => {
  const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n";
  for (const text of [`a: ${key}`, `a: '${key}`, stringify({ ...machines, sshPrivateKey: key })])
    expect(problems(naming(text)).join("\n"), text).not.toMatch(/PRIVATE|b3B/);
});
