import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { type Alias, type Document, isMap, LineCounter, parseDocument, visit, type YAMLError } from "yaml";
import { z } from "zod";
import type { SchemaError } from "./schema-errors";

/** The key `machines` where a file of its own has what it would hold. */
export const machinesFileSchema = z.strictObject({ file: z.string() });

/** A raw configuration with its machines in place, wherever they stand. */
export interface Placed {
  /** The raw configuration. */
  raw: Record<string, unknown>;
  /** What could not be read of it. */
  unread: SchemaError[];
  /**
   * The full path of the file that the machines stand in.
   * @default they stand in the stack's own
   */
  file?: string;
}

type Tree = Record<string, unknown>;

/**
 * A raw configuration as if its machines stood in the stack's file. The engine hands all of that to the program in one
 * variable of the environment, for which Linux has 128 KiB; a file has no such limit. `directory` is where the stacks'
 * files are.
 */
export function placeMachines(raw: Tree, directory: string): Placed {
  const { machines, ...others } = raw;
  if (!isTree(machines) || !Object.hasOwn(machines, "file")) return { raw, unread: [] };
  const { file, ...beside } = machines;
  const refused = (...messages: string[]): Placed => ({
    raw: others,
    unread: messages.map((message) => ({ keys: ["machines"], path: "machines.file", message })),
  });
  const keys = Object.keys(beside);
  if (typeof file !== "string") return refused("is of the wrong type; expected: the path of a file, as text");
  if (keys.length > 0)
    return refused(`"${file}" stands beside ${keys.join(", ")}; move these to that file, or take "file" away`);
  const path = resolve(directory, file);
  const text = textOf(path);
  if (typeof text !== "string")
    return refused(
      `"${file}" cannot be read: ${path} ${text.problem}; expected: a file, named from ${directory} or by its full ` +
        "path",
    );
  const read = parsedMachines(text);
  return "problems" in read
    ? refused(...read.problems.map((problem) => `${path}${problem}`))
    : { raw: { ...others, machines: read.machines }, unread: [], file: path };
}

function textOf(path: string): string | { problem: string } {
  try {
    const found = statSync(path);
    if (found.isFile()) return readFileSync(path, "utf8");
    return { problem: found.isDirectory() ? "is a directory" : "is not a regular file" };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { problem: code === "ENOENT" ? "does not exist" : `fails with ${message.split(",")[0]}` };
  }
}

const expected = 'expected: what the key "machines" would hold, beginning with "source: <where they come from>"';

/** What a text holds as the key `machines`, or what is wrong with it, each to be put behind the file's path. Pure. */
function parsedMachines(text: string): { machines: Tree } | { problems: string[] } {
  const lineCounter = new LineCounter();
  // Merge keys and aliases without end are what a stack's file may have, too.
  const document = parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true, merge: true });
  const at = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return `, line ${line}, column ${col}`;
  };
  const wrong = [...document.errors, ...document.warnings];
  if (wrong.length > 0) return { problems: wrong.map((error) => `${at(error.pos[0])}: ${wordOf(error, text)}`) };
  const unknown = unknownAliases(document).map(
    ({ range, source }) => `${at(range?.[0] ?? 0)}: "*${source}" has no "&${source}" before it`,
  );
  if (unknown.length > 0) return { problems: unknown };
  if (document.contents === null) return { problems: [` is empty; ${expected}`] };
  if (!isMap(document.contents)) return { problems: [` is not a map; ${expected}`] };
  const machines = treeOf(document);
  if (typeof machines === "string") return { problems: [` is not valid YAML (${machines})`] };
  const [key, ...others] = Object.keys(machines);
  if (others.length === 0 && /^([\w-]+:)?machines$|^config$/.test(key))
    return { problems: [` holds the key "${key}" itself; write at its top what is below that`] };
  return { machines };
}

/** What a document holds; a text says what keeps it from that, such as a merge key that names no map. */
function treeOf(document: Document): Tree | string {
  try {
    return document.toJS({ maxAliasCount: -1 });
  } catch (error) {
    return (error as Error).message;
  }
}

/** The library finds these one at a time, and without their lines. */
function unknownAliases(document: Document): Alias[] {
  const anchors = new Set<string>();
  const unknown: Alias[] = [];
  visit(document, {
    Value: (_, { anchor }) => void (anchor && anchors.add(anchor)),
    Alias: (_, alias) => void (anchors.has(alias.source) || unknown.push(alias)),
  });
  return unknown;
}

/** What a library says of a text, in the words of our other messages, and nothing that stands there but a key. */
function wordOf({ code, message, pos }: YAMLError, text: string): string {
  if (code === "MULTIPLE_DOCS") return "another document begins; expected: one";
  if (code !== "DUPLICATE_KEY") return `is not valid YAML (${message.replace(/\.$/, "")})`;
  const [key] = /^[^\s:]*/.exec(text.slice(pos[0])) ?? [];
  return `key ${key} stands there twice; take one away`;
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
