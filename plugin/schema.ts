import { dirname, join } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer.js";
import { getPulumiComponents } from "@pulumi/pulumi/provider/experimental/provider.js";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema.js";
import ts from "typescript";
import type { Property } from "./arguments";

/** The package.json of the package. */
interface Manifest {
  name: string;
  version: string;
  description: string;
  license: string;
}

/** Properties that are secrets wherever they are. */
const secrets = [
  "privateKey",
  "privateKeyPassphrase",
  "privateKeyPem",
  "caKey",
  "password",
  "clientKey",
  "files",
  "kubeconfig",
];

/** A property as the SDK infers it. */
interface Inferred extends Property {
  description?: string;
  optional?: boolean;
  secret?: boolean;
  items?: Inferred;
  additionalProperties?: Inferred;
}

type Properties = { [name: string]: Inferred };

/**
 * The schema of the component package, as Pulumi's SDK infers it from the sources. It leaves out what types are for,
 * and defaults; and knows of no secrets, since these travel with values. `root` is where the sources are.
 */
export function packageSchema(root: string, manifest: Manifest, exported: object): object {
  const folder = join(root, "plugin");
  const main = join(folder, "../components/index.ts");
  const names = getPulumiComponents(exported).map((component) => component.name);
  const analyzer = new Analyzer(folder, manifest.name, { ...manifest, main }, new Set(names));
  const { components, typeDefinitions, dependencies } = analyzer.analyze();
  const { name, version, description, license } = manifest;
  const schema = generateSchema(name, version, description, components, typeDefinitions, dependencies);
  // The analyzer keeps its program to itself, and another one would be the same work once more.
  const { program } = analyzer as unknown as { program: ts.Program };
  const docs = documentation(program, dirname(main));
  const waiting = typesWithOutputs(schema.types);

  for (const [token, resource] of Object.entries(schema.resources)) {
    const component = token.split(":")[2];
    resource.description = docs[component]?.[""];
    complete(resource.inputProperties, docs[`${component}Args`] ?? {}, waiting);
    complete(resource.properties, docs[component] ?? {}, waiting);
  }
  const types = Object.entries(schema.types).map(([token, type]) => {
    const own = docs[token.split(":")[2]] ?? {};
    if ("properties" in type) complete(type.properties, own, waiting);
    return [shorter(token), { ...type, description: own[""] }];
  });
  return { ...schema, displayName: "Kubernetes with kubeadm", license, types: Object.fromEntries(types) };
}

/**
 * The types with a property, of their own or deeper, that may be an output. What refers to one of them is not plain, or
 * other languages could not put an output into it.
 */
function typesWithOutputs(types: { [token: string]: object }): string[] {
  const found: string[] = [];
  for (let before = -1; before < found.length; ) {
    before = found.length;
    for (const [token, type] of Object.entries(types)) {
      const properties: Inferred[] = "properties" in type ? Object.values(type.properties as Properties) : [];
      const waits = properties.some((each) => !(each.items ?? each).plain || refersTo(each, found));
      if (waits && !found.includes(token)) found.push(token);
    }
  }
  return found;
}

function refersTo({ $ref, items, additionalProperties }: Inferred, tokens: string[]): boolean {
  return [$ref, items?.$ref, additionalProperties?.$ref].some((ref) =>
    tokens.includes(ref?.split("#/types/")[1] ?? ""),
  );
}

/** Marks secrets and what may wait, and gives every property its description and types their names. */
function complete(properties: Properties | undefined, docs: Docs[string], waiting: string[]): void {
  for (const [name, property] of Object.entries(properties ?? {})) {
    property.description = docs[name];
    delete property.optional; // `required` has the others
    if (secrets.includes(name)) property.secret = true;
    const waits = refersTo(property, waiting);
    for (const each of [property, property.items, property.additionalProperties]) {
      if (waits) delete each?.plain;
      if (each?.$ref) each.$ref = shorter(each.$ref);
    }
  }
}

/** Generators of code put `Args` behind a type's name by themselves. */
function shorter(token: string): string {
  return token.replace(/Args$/, "");
}

/** What is said of a type (`""`) and of its properties, by its name. */
type Docs = { [type: string]: { [property: string]: string } };

/** The documentation in the sources, with defaults. */
function documentation(program: ts.Program, components: string): Docs {
  const checker = program.getTypeChecker();
  const text = (symbol: ts.Symbol | undefined) =>
    [
      ts.displayPartsToString(symbol?.getDocumentationComment(checker)).replaceAll("\n", " "),
      ...(symbol?.getJsDocTags(checker) ?? [])
        .filter((tag) => tag.name === "default")
        .map((tag) => `Default: ${ts.displayPartsToString(tag.text).replaceAll("\n", " ")}.`),
    ]
      .filter(Boolean)
      .join(" ");
  const docs: Docs = {};
  const own = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(components));
  for (const node of own.flatMap(({ statements }) => [...statements])) {
    if (!ts.isInterfaceDeclaration(node) && !ts.isClassDeclaration(node) && !ts.isTypeAliasDeclaration(node)) continue;
    if (!node.name) continue;
    const type = checker.getTypeAtLocation(node);
    const symbol = checker.getSymbolAtLocation(node.name);
    const members = ts.isTypeAliasDeclaration(node) ? [] : checker.getPropertiesOfType(type);
    docs[node.name.text] = {
      ...Object.fromEntries(members.map((member) => [member.name, text(member)])),
      "": text(symbol),
    };
  }
  return docs;
}
