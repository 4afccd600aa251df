import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(__dirname, "../..");
const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter(Boolean);
const typescript = tracked.filter((file) => file.endsWith(".ts") && !file.startsWith("test/"));
const text = (file: string) => readFileSync(join(root, file), "utf8");

/** Paths of this project that a file imports, and names of packages. */
function imports(file: string): string[] {
  return [...text(file).matchAll(/^(?:import|export)[^;]*?from "([^"]+)";/gms)].map(([, name]) =>
    name.startsWith(".") ? relative(root, join(root, dirname(file), name)) : name,
  );
}

const room = (file: string) => /^components\/([^/]+)\//.exec(file)?.[1];

describe("who may import what", () => {
  test("only the program and its configuration stand above the components", () => {
    for (const file of typescript.filter((f) => f.startsWith("components/"))) {
      expect(
        imports(file).filter((name) => /^(index|config|sources)(\/|$)/.test(name)),
        file,
      ).toEqual([]);
    }
  });

  test("nothing imports the cluster but the public surface, the configuration, and AwsMachines for its checks", () => {
    const importers = typescript.filter(
      (file) =>
        room(file) !== "cluster" &&
        imports(file).some((name) => room(`${name}/`) === "cluster" || name.startsWith("components/cluster/")),
    );
    expect(importers.sort()).toEqual([
      "components/index.ts",
      "components/machines/aws/aws.ts",
      "config.ts",
      "config/aws-meaning.ts",
      "config/form.ts",
      "config/meaning.ts",
      "config/ssh-meaning.ts",
    ]);
  });

  test("a renderer imports nothing of Pulumi", () => {
    const renderers = typescript.filter(
      (file) => file.startsWith("components/") && !text(file).includes("new ") && /^export function/m.test(text(file)),
    );
    expect(renderers).toContain("components/control-plane/kubeadm.ts");
    for (const file of renderers) {
      const values = text(file).matchAll(/^import (?!type )[^;]*from "(@pulumi[^"]*)"/gms);
      expect(
        [...values].map(([, name]) => name),
        file,
      ).toEqual([]);
    }
  });

  test("only machines/aws/ names @pulumi/aws, and only by the services it needs; nothing else names what does", () => {
    const users = typescript.filter((file) => imports(file).some((name) => name.startsWith("@pulumi/aws")));
    expect(users).not.toEqual([]);
    for (const file of users) {
      expect(file).toMatch(/^components\/machines\/aws\//);
      expect(imports(file)).not.toContain("@pulumi/aws");
    }
    const parts = typescript.filter((file) => file.startsWith("components/machines/aws/"));
    const reach = (file: string): string[] =>
      imports(file).flatMap((name) => (parts.includes(`${name}.ts`) ? [`${name}.ts`, ...reach(`${name}.ts`)] : []));
    for (const file of typescript.filter((other) => !parts.includes(other)))
      expect(
        reach(file).filter((part) => users.includes(part)),
        file,
      ).toEqual([]);
  });

  test("remote/ alone names command.remote", () => {
    const users = typescript.filter((file) =>
      /\bremote\b[^/"'`]*from "@pulumi\/command"|command\.remote/.test(text(file)),
    );
    expect(users).toEqual(["components/remote/step.ts"]);
  });

  test("only config.ts reads the configuration", () => {
    const readers = typescript.filter((file) => /new pulumi\.Config|allConfig/.test(text(file)));
    // An example is a program of its own.
    expect(readers.filter((file) => !file.startsWith("examples/"))).toEqual(["config.ts"]);
  });
});

test("no file is over about 250 lines", () => {
  const long = tracked
    .filter((file) => /\.(ts|mts|go|sh)$/.test(file))
    .map((file) => [file, text(file).split("\n").length] as const)
    .filter(([, lines]) => lines > 260);
  expect(long).toEqual([]);
});

test("every script that runs on a machine is strict and ends in main with no standard input", () => {
  for (const file of tracked.filter((f) => /^components\/.*\.sh$/.test(f))) {
    if (text(file).includes("Sourced, never run")) continue;
    expect(text(file), file).toMatch(/^set -euo pipefail$/m);
    expect(text(file).trimEnd(), file).toMatch(/^main "\$@" <\/dev\/null$/m);
  }
});
