import type { z } from "zod";
import type { Problem } from "../components/values/problems";
import { isSecret } from "./flat-keys";

/** A value that is not what the schema has, with its path as keys. */
export type SchemaError = Problem & { keys: PropertyKey[] };

/** What zod found wrong at one place; an object with several unknown keys has as many problems. */
export function schemaErrors(issue: z.core.$ZodIssue): SchemaError[] {
  const names = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
  return names.map((keys) => ({ keys, path: pathText(keys), message: issue.message }));
}

/** What zod found, in the words of our other messages. */
export function explain(issue: z.core.$ZodRawIssue): string {
  const { input } = issue;
  const hidden = isSecret(String(issue.path?.at(-1) ?? ""));
  const shown =
    hidden || typeof input === "object" || /PRIVATE KEY/.test(`${input}`) ? "" : `${JSON.stringify(input)} `;
  switch (issue.code) {
    case "unrecognized_keys":
      return `unknown; known here: ${Object.keys((issue.inst as z.ZodObject).def.shape).join(", ")}`;
    case "invalid_type":
      if (issue.input === undefined) return `missing; expected: ${issue.expected}`;
      // YAML has changed it already, so what was written cannot be repeated.
      if (issue.expected === "string" && typeof input === "number" && hidden)
        return "is a number for YAML; expected: string, written in quotes";
      if (issue.expected === "string" && typeof input === "number")
        return `is the number ${input} for YAML, as others are (2.10 is 2.1); expected: string, written in quotes`;
      return `${shown}is of the wrong type; expected: ${issue.expected}${
        issue.expected === "string" && shown ? ", written in quotes" : ""
      }`;
    case "invalid_value":
      return `${shown}is not allowed; allowed: ${issue.values.join(", ")}`;
    case "invalid_union":
      return (
        `${issue.input === undefined ? "missing" : "not allowed"}; allowed: ` +
        `${(issue as { options?: unknown[] }).options?.join(", ")}`
      );
    default:
      return `${shown}is not allowed: ${issue.message ?? issue.code}`;
  }
}

/** A path as messages have it. */
export function pathText(keys: PropertyKey[]): string {
  return keys.map((key, i) => (typeof key === "number" ? `[${key}]` : `${i > 0 ? "." : ""}${String(key)}`)).join("");
}

type Tree = Record<PropertyKey, unknown>;

/** A copy of a tree without the values at some paths. */
export function without(tree: unknown, paths: PropertyKey[][]): unknown {
  const copy = structuredClone(tree);
  for (const path of paths) {
    const parent = path.slice(0, -1).reduce((node, key) => (node as Tree | undefined)?.[key] as Tree, copy as Tree);
    if (parent && !Array.isArray(parent)) delete parent[path[path.length - 1]];
  }
  return copy;
}
