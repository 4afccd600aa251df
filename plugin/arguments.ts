import * as pulumi from "@pulumi/pulumi";

/** A property of the schema: what it is, and whether its value has to be known before anything is made. */
export interface Property {
  type?: string;
  $ref?: string;
  plain?: boolean;
  items?: Property;
  additionalProperties?: Property;
}

/** Types of the schema, by their tokens. */
export interface Types {
  [token: string]: { properties?: { [name: string]: Property } };
}

/** What has been waited for. */
export interface Settled {
  /** The value as a component takes it. */
  value: unknown;
  /** What it came from. */
  resources: pulumi.Resource[];
}

const scalars = ["string", "number", "integer", "boolean"];

/**
 * An argument as components take it. Plain values decide the graph, so they, and how many machines there are, have to
 * be known; addresses and keys inside may wait. What is not plain stays a secret if it is one, or if what it is in is
 * one as a whole (`secret`).
 */
export async function settled(
  path: string,
  argument: unknown,
  property: Property,
  types: Types,
  secret = false,
): Promise<Settled> {
  if (scalars.includes(property.type ?? "") && !property.plain)
    return { value: secret ? pulumi.secret(argument) : argument, resources: [] };
  if (!pulumi.Output.isInstance(argument)) return parts(path, argument, property, types, secret);
  const output = argument as Internal;
  if (!(await output.isKnown)) throw new pulumi.RunError(unknown(path));
  const isSecret = secret || (await pulumi.isSecret(output));
  const { value, resources } = await parts(path, await output.promise(), property, types, isSecret);
  return { value, resources: [...(await output.allResources()), ...resources] };
}

/** The same of what is inside. */
async function parts(
  path: string,
  value: unknown,
  property: Property,
  types: Types,
  secret: boolean,
): Promise<Settled> {
  if (typeof value !== "object" || value === null) return { value, resources: [] };
  if (Array.isArray(value)) {
    const all = await Promise.all(
      value.map((item, i) => settled(`${path}[${i}]`, item, property.items ?? {}, types, secret)),
    );
    return { value: all.map((each) => each.value), resources: all.flatMap((each) => each.resources) };
  }
  const named = types[property.$ref?.replace("#/types/", "") ?? ""]?.properties ?? {};
  const all = await Promise.all(
    Object.entries(value).map(async ([key, inner]) => {
      const definition = named[key] ?? property.additionalProperties ?? {};
      return { key, ...(await settled(`${path}.${key}`, inner, definition, types, secret)) };
    }),
  );
  return {
    value: Object.fromEntries(all.map((each) => [each.key, each.value])),
    resources: all.flatMap((each) => each.resources),
  };
}

function unknown(path: string): string {
  return (
    `${path}: is not known before other resources are made\n` +
    "  expected: a value of the program's own, or of resources that are there\n" +
    "  to do: write it out (addresses, keys and other inputs inside a list may be outputs), or make what it comes " +
    "from first, by 'pulumi up --target'"
  );
}

/** What the SDK's outputs have, and its declarations do not. */
interface Internal extends pulumi.Output<unknown> {
  isKnown: Promise<boolean>;
  promise(): Promise<unknown>;
  allResources(): Promise<Set<pulumi.Resource>>;
}
