import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { Consumer } from "../support/consumer";
import { type Any, Lab } from "../support/lab";
import { labEnvironment, root } from "../support/place";
import { readyNodes } from "./cluster/kubernetes";
import { provideMachines } from "./static-up/machines";

const lab = new Lab("languages");
let project: Consumer;

beforeAll(async () => {
  await lab.begin();
  project = new Consumer("languages", await labEnvironment(lab.stack));
  await project.install();
  await provideMachines(lab, []);
  const { controlPlanes, loadBalancers } = lab.configured;
  const { cluster, sshPrivateKey } = lab.config;
  const program = parse(readFileSync(join(root, "examples/yaml/Pulumi.yaml"), "utf8"));
  const machine = ({ name, address, hostKey }: Any) => ({
    name,
    address,
    ssh: { privateKey: `\${sshPrivateKey}`, hostKey },
  });
  Object.assign(program.resources.prod.properties, cluster, {
    controlPlanes: controlPlanes.map(machine),
    loadBalancers: loadBalancers.map(machine),
  });
  project.write("Pulumi.yaml", stringify(program));
  await project.stack("prod");
  await project.secret("sshPrivateKey", sshPrivateKey ?? "");
});
afterAll(async () => {
  project.end();
  await lab.end();
});

test("a program in YAML brings up a cluster, and then has nothing to do", async () => {
  await project.up();
  lab.trust(await project.does("stack", "output", "kubeconfig", "--show-secrets"));
  expect(await readyNodes(lab)).toEqual(["cp-1", "cp-2", "cp-3"]);
});

test("its state holds key and kubeconfig as secrets", async () => {
  const state = await project.does("stack", "export");
  expect(state).not.toContain("PRIVATE KEY");
  expect(state).not.toContain("client-key-data");
});
