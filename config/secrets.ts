import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { withoutSecrets } from "../components/values/problems";
import { pathText, type SchemaError } from "./schema-errors";

/** A text of a configuration that is a secret. */
export interface SecretText {
  /** Where it is, as keys. */
  keys: PropertyKey[];
  /** The text. */
  text: string;
}

type Tree = Record<string, unknown>;

/**
 * What a stack's file has below a key, where secrets are `secure:` and not what they come to; undefined where it is not
 * there. The engine hands over what they come to, and says of a whole key at most that there is a secret in it.
 */
export function writtenIn(directory: string, stack: string, project: string): (key: string) => unknown {
  const written = readStack(join(directory, `Pulumi.${stack}.yaml`));
  return (key) => written[`${project}:${key}`];
}

function readStack(path: string): Tree {
  try {
    return parse(readFileSync(path, "utf8"))?.config ?? {};
  } catch {
    // It may be another file (--config-file), or none.
    return {};
  }
}

/**
 * The secret texts below a key that has a secret somewhere. Where what is written is not what was handed over, it
 * cannot be known which they are: then all are, but those that are plain words of ours or part of the graph. What is a
 * secret whoever says so (keys of SSH and of CAs, passwords of registries) is none of these.
 */
export function secretTexts(key: string, value: unknown, written: unknown): SecretText[] {
  const all = textsIn(value, [key]).filter(({ keys }) => keys.length > 1 && !isAlways(keys));
  const secure = isSecure(written) ? undefined : secureIn(written, value, [key]);
  const known = secure !== undefined && secure.length > 0;
  return all.filter(({ keys }) =>
    known ? secure.some((place) => place.every((part, i) => part === keys[i])) : !isHarmless(keys),
  );
}

/** Secrets that cannot stay any, since names of resources are made of them. */
export function namedProblems(secrets: SecretText[]): SchemaError[] {
  return secrets
    .filter(({ keys }) => isName(keys))
    .map(({ keys }) => ({
      // The name is there all the same, and what else is wrong with it is judged.
      keys: [],
      path: pathText(keys),
      message: "is a secret, and names of resources, which are none, are made of it; set it without --secret",
    }));
}

/** A message without any of these texts; of one that is short, where it is the whole of what is quoted. */
export function withoutTexts(message: string, secrets: SecretText[]): string {
  // Of an address, the user and the password are gone from it already.
  const forms = secrets.flatMap((secret) => [...formsOf(secret), withoutSecrets(secret.text.trim())]).filter(Boolean);
  return forms
    .sort((a, b) => b.length - a.length)
    .reduce(
      (text, form) =>
        form.length < shortest ? text.replaceAll(`"${form}"`, '"[secret]"') : text.replaceAll(form, "[secret]"),
      message,
    );
}

/** Tells whether a text has one of the secrets in it; of one that is short, whether it is that. */
export function hasSecret(secrets: SecretText[]): (text: string) => boolean {
  const forms = secrets.flatMap(formsOf).filter(Boolean);
  return (text) => forms.some((form) => text.trim() === form || (form.length >= shortest && text.includes(form)));
}

/** What is shorter is part of many a word. */
const shortest = 6;

/** A text as our messages and command lines have it. */
function formsOf({ text }: SecretText): string[] {
  const plain = text.trim();
  return [...new Set([plain, JSON.stringify(plain).slice(1, -1), plain.replaceAll("'", "'\\''")])];
}

function textsIn(value: unknown, keys: PropertyKey[]): SecretText[] {
  if (typeof value === "string") return [{ keys, text: value }];
  if (typeof value !== "object" || value === null) return [];
  const below = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return below.flatMap(([key, each]) => textsIn(each, [...keys, key]));
}

/** The places that are `secure:` where the rest is as it was handed over; undefined where it is not. */
function secureIn(written: unknown, value: unknown, keys: PropertyKey[]): PropertyKey[][] | undefined {
  if (isSecure(written)) return [keys];
  if (!isTree(written) || !isTree(value)) return `${written}` === `${value}` ? [] : undefined;
  const names = Object.keys(written);
  if (Array.isArray(written) !== Array.isArray(value) || names.length !== Object.keys(value).length) return undefined;
  const below = names.map((name) =>
    Object.hasOwn(value, name)
      ? secureIn(written[name], value[name], [...keys, Array.isArray(value) ? Number(name) : name])
      : undefined,
  );
  return below.every((each) => each !== undefined) ? below.flat() : undefined;
}

function isSecure(written: unknown): boolean {
  return isTree(written) && Object.keys(written).join() === "secure" && typeof written.secure === "string";
}

function isAlways(keys: PropertyKey[]): boolean {
  return /^authorities\.\w+\.privateKey$|^cluster\.install\.registries\[\d+\]\.password$/.test(pathText(keys));
}

/** Names of machines, pools and encryption keys. */
function isName(keys: PropertyKey[]): boolean {
  return /^machines\..*\bname$|^cluster\.security\.encryption\.keys\[/.test(pathText(keys));
}

const words = [
  "autoCompactionMode",
  "cloudProvider",
  "cni",
  "containerd",
  "effect",
  "file",
  "kind",
  "kubernetesVersion",
  "mode",
  "pathType",
  "source",
  "target",
  "tlsMinVersion",
  "type",
];

function isHarmless(keys: PropertyKey[]): boolean {
  const last = keys[keys.length - 1];
  if (isName(keys)) return true;
  // Of `install`, this is a place, whose address may have a password.
  if (last === "source") return keys[0] === "machines";
  return words.includes(`${String(last)}`) || keys[2] === "podSecurity";
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null;
}
