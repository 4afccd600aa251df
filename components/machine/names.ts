import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../values/problems";

/** The name of a resource, as far as it is made of a name that somebody gave. */
export interface DerivedName {
  /** What kind of resource that is: two of one kind and one name, in components of the same types, have one URN. */
  kind: string;
  /** The resource's name. */
  name: string;
  /** Where the given name is, for messages. */
  path: string;
  /** The given name. */
  given: string;
}

/**
 * A component whose resources are called after it. A URN has the types of the components that a resource is in, not
 * their names: so those of two of them can be the same.
 */
export interface NamedComponent {
  /** What messages call it. */
  word: string;
  /** Its name. */
  name: string;
  /**
   * What it is in.
   * @default the stack
   */
  parent?: pulumi.Resource;
  /** The names below it. */
  names: DerivedName[];
}

/**
 * Who has which names, by the deployment: each has a connection to the engine of its own. Programs of the automation
 * API share a process and no connection, and neither do tests, whose mocks stand for it.
 */
const deployments = new WeakMap<object, Map<string, NamedComponent>>();

/** Names that a component of the same deployment has already, under another name of its own. */
export function takenNames(component: NamedComponent): Problem[] {
  const place = placeOf(component);
  const others = [...(components()?.values() ?? [])].filter(
    (other) => placeOf(other) === place && other.name !== component.name,
  );
  const problems = others.flatMap((other) => {
    const taken = new Map(other.names.map((each) => [`${each.kind} ${each.name}`, each]));
    return component.names.flatMap(({ kind, name, path, given }) => {
      const same = taken.get(`${kind} ${name}`);
      const message =
        `"${given}" of ${component.word} "${component.name}" and "${same?.given}" of ${other.word} "${other.name}" ` +
        `would both have the resource "${name}"; give one of the two, or its ${component.word}, another name (what ` +
        "is made already would be made again)";
      return same === undefined ? [] : [{ path, message }];
    });
  });
  // One machine has many resources.
  return problems.filter(({ path }, i) => problems.findIndex((other) => other.path === path) === i);
}

/** Has the names of a component taken from now on. */
export function takeNames(component: NamedComponent): void {
  const place = placeOf(component);
  if (place !== undefined) components()?.set(`${place} ${component.word} ${component.name}`, component);
}

function components(): Map<string, NamedComponent> | undefined {
  const deployment = pulumi.runtime.getMonitor();
  if (deployment === undefined) return undefined;
  const theirs = deployments.get(deployment) ?? new Map<string, NamedComponent>();
  deployments.set(deployment, theirs);
  return theirs;
}

/** What a URN has of where a component is; undefined where that is not known in this process. */
function placeOf({ parent }: NamedComponent): string | undefined {
  const types: string[] = [];
  for (let above = parent; above; above = parentOf(above)) {
    const each = pulumi.resourceType(above);
    if (each === "") return undefined;
    if (each !== pulumi.runtime.rootPulumiStackTypeName) types.unshift(each);
  }
  return types.join("$");
}

function parentOf(resource: pulumi.Resource): pulumi.Resource | undefined {
  return (resource as { __parentResource?: pulumi.Resource }).__parentResource;
}
