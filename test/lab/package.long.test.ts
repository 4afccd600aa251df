import { lstatSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Consumer, compilers, readmeBlock, sdk } from "../support/consumer";
import { sshKey } from "../support/fixtures";
import { labEnvironment, root } from "../support/place";
import { output } from "../support/process";

const hostKey = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBKk1";
const machine = (name: string, host: number) => ({ name, address: `192.0.2.${host}`, hostKey });

/** How many resources the lines of README.md would make. */
async function planned(project: Consumer): Promise<unknown> {
  project.write("Pulumi.yaml", `name: ${project.name}\nruntime: nodejs\n`);
  project.write("index.ts", readmeBlock("In a program of your own", "ts"));
  await project.stack("prod", {
    controlPlanes: [1, 2, 3].map((i) => machine(`cp-${i}`, 10 + i)),
    loadBalancers: [machine("lb-1", 10)],
    options: { install: { mode: "packages" } },
  });
  await project.secret("sshPrivateKey", sshKey);
  return JSON.parse(await project.does("preview", "--json")).changeSummary;
}

describe.each(["22", "24"])("on Node %s", (version) => {
  let project: Consumer;
  const node = (...args: string[]) =>
    project.run(["npm", "exec", "--yes", `--package=node@${version}`, "--", "node", ...args]);
  beforeAll(async () => {
    project = new Consumer(`node-${version}`, await labEnvironment("package"));
    await project.install();
  });
  afterAll(() => project.end());

  test("the package is found by CommonJS and by ES modules, and its scripts are read", async () => {
    expect(await node("-p", "process.versions.node")).toMatch(new RegExp(`^${version}\\.`));
    expect(await node("-p", 'typeof require("kubeadm-ha").KubeadmCluster')).toBe("function\n");
    const imports = 'import { Cni } from "kubeadm-ha"; console.log(Cni.Flannel)';
    expect(await node("--input-type=module", "-e", imports)).toBe("flannel\n");
  });
});

test("installed from git, npm compiles it, and its lines preview a cluster", async () => {
  const project = new Consumer("from-git", await labEnvironment("package"));
  try {
    await project.installFrom(`git+file://${root}`, [], compilers);
    expect(await planned(project)).toEqual({ create: 55 });
  } finally {
    project.end();
  }
});

test("installed as a link, its lines preview a cluster", async () => {
  const project = new Consumer("linked", await labEnvironment("package"));
  try {
    await output(["npm", "run", "build"], { cwd: root, deadline: 300 });
    await project.installFrom(root, ["--ignore-scripts", "--install-links=false"], [...compilers, sdk]);
    expect(lstatSync(project.package).isSymbolicLink()).toBe(true);
    expect(await planned(project)).toEqual({ create: 55 });
  } finally {
    project.end();
  }
});
