import type { ComponentResourceOptions } from "@pulumi/pulumi";

/**
 * The options by which a component is known under its former type, and under its former name if it has another one now:
 * the stack of a version before keeps its resources, and those below it with it.
 */
export function formerly(type: string, name?: string): ComponentResourceOptions {
  return { aliases: [{ type, ...(name === undefined ? {} : { name }) }] };
}
