import * as pulumi from "@pulumi/pulumi";

/** A value as far as it is known before anything is made: what is known only later is not there. */
export type Known<T> =
  T extends pulumi.OutputInstance<unknown>
    ? undefined
    : T extends Promise<unknown>
      ? undefined
      : T extends object
        ? { [K in keyof T]: Known<T[K]> }
        : T;

/** Arguments as far as they are known, for what is judged before any resource is registered. */
export function known<T>(value: T): Known<T> {
  const plain = (part: unknown): unknown => {
    if (pulumi.Output.isInstance(part) || part instanceof Promise) return undefined;
    if (Array.isArray(part)) return part.map(plain);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, plain(each)]));
  };
  return plain(value) as Known<T>;
}
