import { join } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer.js";
import { expect, test } from "vitest";
import packageJson from "../../package.json";

test("other languages can use the cluster as a component package, and every input is described", () => {
  // The folder has a tsconfig.json of its own: to compile the tests and all of AWS besides would take three times as
  // long.
  const folder = join(__dirname, "package");
  const { components, typeDefinitions } = new Analyzer(
    folder,
    packageJson.name,
    { ...packageJson, exports: undefined, main: join(__dirname, "../../components/index.ts") },
    new Set(["KubeadmCluster"]),
  ).analyze();
  const { inputs, outputs } = components.KubeadmCluster;
  expect(Object.keys(outputs).sort()).toEqual(["endpoint", "kubeconfig"]);
  const described = {
    KubeadmCluster: inputs,
    ...Object.fromEntries(Object.entries(typeDefinitions).map(([k, t]) => [k, t.properties ?? {}])),
  };
  for (const [type, properties] of Object.entries(described)) {
    for (const [name, { description }] of Object.entries(properties))
      expect(description, `${type}.${name}`).toBeTruthy();
  }
}, 120_000);
