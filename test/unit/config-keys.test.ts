import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import type { z } from "zod";
import type { KubeadmClusterArgs, StaticMachine } from "../../components";
import { supportedVersions } from "../../components/cluster/versions";
import type { AwsMachinesArgs } from "../../components/machines/aws/options";
import { type Config, configSchema } from "../../config";
import { machinesFileSchema } from "../../config/machines-file";
import type { LabMachine } from "../../lab/machines/machines";
import type { AwsConfig } from "../../sources/aws/schema";
import type { LabConfig } from "../../sources/lab/schema";
import type { StaticConfig } from "../../sources/static/schema";
import { root } from "../support/place";

/** Arguments as a file can hold them: no outputs, no promises. */
type Plain<T> = T extends pulumi.OutputInstance<unknown> | Promise<unknown>
  ? never
  : T extends object
    ? { [K in keyof T]: Plain<T[K]> }
    : T;
/** Every key of a type as a path; those of maps are the user's. */
type Keys<T> = T extends readonly (infer Element)[]
  ? Keys<Element>
  : T extends object
    ? string extends keyof T
      ? never
      : { [K in keyof T & string]-?: K | `${K}.${Keys<NonNullable<T[K]>>}` }[keyof T & string]
    : never;
type Only<A, B> = [Exclude<Keys<A>, Keys<B>>] extends [never] ? "none" : Exclude<Keys<A>, Keys<B>>;
type Same<A, B> = [A, B] extends [B, A] ? "same" : "different";

/**
 * Compiles where two types have the same keys with the same values; else the compiler names the keys that only one has.
 */
function agree<Schema, Args>(inSchema: Only<Schema, Args>, inArgs: Only<Args, Schema>, values: Same<Schema, Args>) {
  expect([inSchema, inArgs, values]).toEqual(["none", "none", "same"]);
}

test("the schema has the keys that the arguments have, with the same values", () => {
  type Machines = "controlPlanes" | "loadBalancers" | "etcdMachines" | "workerPools";
  type Options = Plain<Omit<KubeadmClusterArgs, Machines>>;
  agree<Config["cluster"], Omit<Options, "authorities">>("none", "none", "same");
  agree<Config["authorities"], Options["authorities"]>("none", "none", "same");
  agree<StaticConfig["controlPlanes"], StaticMachine[]>("none", "none", "same");
  agree<LabConfig["controlPlanes"], LabMachine[]>("none", "none", "same");
  type Pools = Plain<Required<KubeadmClusterArgs>["workerPools"][number]>;
  agree<Omit<LabConfig["workerPools"][number], "machines">, Omit<Pools, "machines">>("none", "none", "same");
  type Lists = "controlPlanes" | "etcd" | "loadBalancers";
  type Given = "cluster" | "workers" | "proxy" | "cloudProvider" | "protect";
  type OnAws = Plain<AwsMachinesArgs>;
  agree<Omit<AwsConfig, "source" | "ssh" | "workerPools" | Lists>, Omit<OnAws, Given | Lists>>("none", "none", "same");
  agree<AwsConfig["controlPlanes"], OnAws["controlPlanes"]>("none", "none", "same");
});

/** The key of the configuration that each list of machines stands for: every list has machines of the same keys. */
const lists = /^machines\.(loadBalancers|etcd|workerPools\.machines)\./;

/** Every key of a schema as a path, and the values of those that allow only some. */
function keysOf(schema: z.core.$ZodType, path = ""): { path: string; values: string[] }[] {
  const { def } = schema as z.ZodType & { def: Record<string, never> };
  const at = path.replace(lists, "machines.controlPlanes.");
  if ("innerType" in def) return keysOf(def.innerType, path);
  if ("element" in def) return keysOf(def.element, path);
  if ("options" in def) return (def.options as z.ZodType[]).flatMap((option) => keysOf(option, path));
  if (!("shape" in def)) return [{ path: at, values: Object.values(def.entries ?? {}) }];
  const below = Object.entries<z.ZodType>(def.shape).flatMap(([key, each]) =>
    keysOf(each, path ? `${path}.${key}` : key),
  );
  return path ? [{ path: at, values: [] }, ...below] : below;
}

const schemaKeys = [...keysOf(configSchema), ...keysOf(machinesFileSchema, "machines")];
const paths = new Set(schemaKeys.map(({ path }) => path));

/** The tables of keys: what stands in the first cell of each row as code, as paths, and in the second. */
const rows = Object.entries({
  "README.md": "",
  "docs/aws.md": "machines.",
  "docs/hosts.md": "cluster.install.",
  "docs/security.md": "cluster.security.",
}).flatMap(([file, prefix]) =>
  [...readFileSync(join(root, file), "utf8").matchAll(/^\| key.*\n\|[-| ]+\n((?:\|.*\n)+)/gm)].flatMap(([, table]) =>
    table
      .trim()
      .split("\n")
      .map((line) => {
        const [first, second] = line.split(" | ");
        const code = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word);
        const before = first.endsWith("of a machine") ? "machines.controlPlanes." : prefix;
        return { keys: code(first).map((key) => before + key), words: code(second) };
      }),
  ),
);

test("every key stands in the table of the README, or in one that it leads to", () => {
  const documented = ({ path }: { path: string }) =>
    rows.some(({ keys, words }) =>
      keys.some(
        (key) =>
          key === path ||
          key.startsWith(`${path}.`) ||
          (path.startsWith(`${key}.`) &&
            path
              .slice(key.length + 1)
              .split(".")
              .every((part) => words.includes(part))),
      ),
    );
  expect([...new Set(schemaKeys.filter((key) => !documented(key)).map(({ path }) => path))]).toEqual([]);
});

test("no other key stands there", () => {
  expect(rows.length).toBeGreaterThan(50);
  expect(rows.flatMap(({ keys }) => keys).filter((key) => !paths.has(key))).toEqual([]);
  // What the row of a key with keys below it shows as code are those, and what they allow.
  for (const { keys, words } of rows) {
    const below = schemaKeys.filter(({ path }) => keys.some((key) => path.startsWith(`${key}.`)));
    const known = [...paths, ...below.flatMap(({ path, values }) => [...path.split("."), ...values])];
    if (below.length > 0)
      expect(
        words.filter((word) => !known.includes(word)),
        keys.join(),
      ).toEqual([]);
  }
});

test("the README names the versions that are supported", () => {
  expect(readFileSync(join(root, "README.md"), "utf8")).toContain(
    `| \`cluster.kubernetesVersion\` | ${supportedVersions()} |`,
  );
});
