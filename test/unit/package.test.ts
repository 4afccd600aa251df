import { join } from "node:path";
import ts from "typescript";
import { beforeAll, expect, test } from "vitest";
import * as aws from "../../components/aws";
import * as components from "../../components/index";
import packageJson from "../../package.json";
import { packageSchema } from "../../plugin/schema";
import type { Any } from "../support/model";
import { root } from "../support/place";

let schema: Any;
beforeAll(() => {
  schema = packageSchema(root, { ...packageJson, version: "0.0.0" }, components);
});

const types = (): [string, Any][] => [
  ...Object.entries(schema.resources as Any).flatMap(([token, resource]: [string, Any]): [string, Any][] => [
    [`${token} input`, resource.inputProperties],
    [`${token} output`, resource.properties],
  ]),
  ...Object.entries(schema.types as Any).map(([token, type]: [string, Any]): [string, Any] => [token, type.properties]),
];

// Who changes it changes what programs rely on: CHANGELOG.md says so, and package.json has another version.
test("the schema is what programs in other languages rely on", async () => {
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot("../public/schema.json");
});

test("what a program may import is what it relies on", async () => {
  await expect(
    `${JSON.stringify({ "kubeadm-ha": names("index"), "kubeadm-ha/aws": names("aws") }, null, 2)}\n`,
  ).toMatchFileSnapshot("../public/exports.json");
  for (const [file, values] of [
    ["index", components],
    ["aws", aws],
  ] as const)
    expect(names(file)).toEqual(expect.arrayContaining(Object.keys(values)));
});

/** All that a module of the public surface exports, types included. Packages are left alone: those of AWS are large. */
function names(file: string): string[] {
  const path = join(root, `components/${file}.ts`);
  const options: ts.CompilerOptions = { noLib: true, types: [], module: ts.ModuleKind.CommonJS };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) =>
      text.startsWith(".") ? ts.resolveModuleName(text, from, options, host) : { resolvedModule: undefined },
    );
  const program = ts.createProgram([path], options, host);
  const source = program.getSourceFile(path);
  const module = source && program.getTypeChecker().getSymbolAtLocation(source);
  return (module ? program.getTypeChecker().getExportsOfModule(module) : []).map(({ name }) => name).sort();
}

test("every property and every type is described, with its default", () => {
  for (const [type, properties] of types())
    for (const [name, { description }] of Object.entries(properties ?? {}) as [string, Any][])
      expect(description, `${type}.${name}`).toMatch(/^(?!.*\[object)(.{5})/s);
  expect(schema.types["kubeadm-ha:index:Ssh"].properties.user.description).toMatch(/Default: "root"\.$/);
  for (const [token, { description }] of Object.entries({ ...schema.types, ...schema.resources }) as [string, Any][])
    expect(description, token).toMatch(/.{10}/);
});

test("keys and kubeconfigs are secrets", () => {
  const found = types().flatMap(([type, properties]) =>
    Object.entries(properties ?? {})
      .filter(([name]) => /privateKey|kubeconfig|password/i.test(name))
      .map(([name, property]: [string, Any]) => ({ name: `${type}.${name}`, secret: property.secret })),
  );
  expect(found.length).toBeGreaterThan(3);
  expect(found.filter(({ secret }) => secret !== true)).toEqual([]);
});

test("what holds an address or a key may be, or have in it, an output of another resource", () => {
  const { controlPlanes, workerPools, kubernetesVersion } =
    schema.resources["kubeadm-ha:index:KubeadmCluster"].inputProperties;
  for (const list of [controlPlanes, workerPools]) {
    expect(list.plain).toBeUndefined();
    expect(list.items.plain).toBeUndefined();
  }
  expect(kubernetesVersion.plain).toBe(true);
  const { address, ssh, name } = schema.types["kubeadm-ha:index:Machine"].properties;
  expect([address.plain, ssh.plain, name.plain]).toEqual([undefined, undefined, true]);
});
