import { quote } from "../components/values/shell-words";
import type { SchemaError } from "./schema-errors";

/**
 * The errors of a configuration, where `pulumi config set` may have been told a path without --path, which then is the
 * name of one key. What such a key was meant to be is not missing besides. `top` are the keys that there are.
 */
export function withFlatKeys(errors: SchemaError[], raw: unknown, top: string[]): SchemaError[] {
  const values = Object.entries(raw ?? {}).filter(([key]) => /[.[]/.test(key) && top.includes(above(key)));
  const flat = new Map<string, unknown>(values);
  const meant = (path: string) =>
    [...flat.keys()].some((key) => key.startsWith(path) && /^([.[]|$)/.test(key.slice(path.length)));
  return errors.flatMap((error) => {
    const { path, keys, message } = error;
    if (keys.length === 1 && flat.has(path)) return [{ ...error, message: flatKeyMessage(path, flat.get(path)) }];
    return message.startsWith("missing") && meant(path) ? [] : [error];
  });
}

function flatKeyMessage(key: string, value: unknown): string {
  const secret = isSecret(key) ? "--secret " : "";
  const simple = typeof value === "string" && !secret && !value.includes("\n");
  const whole = typeof value === "string" ? " < FILE" : ".<key> <value>";
  return (
    `is one key with a dot in its name; expected: a key below "${above(key)}"; pulumi config rm ${quote(key)} && ` +
    `pulumi config set ${secret}--path ${quote(key)}${simple ? ` ${quote(value)}` : whole}`
  );
}

/** Whether what stands at a path is for nobody to read. */
export function isSecret(path: string): boolean {
  return /(privateKey|passphrase|password)$/i.test(path);
}

/** The first key of a path. */
function above(path: string): string {
  return path.replace(/[.[].*$/s, "");
}
