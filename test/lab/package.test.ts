import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Consumer, compilers, readmeBlock } from "../support/consumer";
import { sshKey } from "../support/fixtures";
import { Lab } from "../support/lab";
import { labEnvironment, root } from "../support/place";
import { output, Running } from "../support/process";
import { readyNodes } from "./cluster/kubernetes";
import { provideMachines } from "./static-up/machines";

const lab = new Lab("package");
let project: Consumer;

/** What README.md begins with. */
const lines = readmeBlock("In a program of your own", "ts");
const compiler = join(root, "node_modules/.bin/tsc");

describe("the package, in somebody else's project", () => {
  beforeAll(async () => {
    await lab.begin();
    project = new Consumer("elsewhere", await labEnvironment(lab.stack));
    await project.install(...compilers);
    project.write("Pulumi.yaml", "name: elsewhere\nruntime: nodejs\n");
    project.write("index.ts", lines);
  });
  afterAll(async () => {
    project.end();
    await lab.end();
  });

  test("holds what is compiled, scripts and documents, and nothing of lab, tests or the stack program", async () => {
    const files = (await project.run(["find", project.package, "-type", "f", "-printf", "%P\n"])).trim().split("\n");
    const others = files.filter((file) => !/^dist\/(components|plugin)\//.test(file)).sort();
    expect(others).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "package.json"]);
    expect(files).toEqual(expect.arrayContaining(["dist/components/index.js", "dist/components/index.d.ts"]));
    expect(files).toEqual(expect.arrayContaining(["dist/components/control-plane/join.sh"]));
    expect(files).toEqual(expect.arrayContaining(["dist/plugin/schema.json", "dist/plugin/PulumiPlugin.yaml"]));
    expect(files.filter((file) => /\.ts$/.test(file) && !/\.d\.ts$/.test(file))).toEqual([]);
  });

  test("can be published as it is", async () => {
    const report = await output(["bash", "-c", "npm publish --dry-run --tag=next 2>&1"], { cwd: root, deadline: 300 });
    expect(report).toContain("+ kubeadm-ha@");
    // It warns of nothing but that nobody is logged in here.
    expect(
      report.match(/npm (warn|error).*/gi)?.filter((line) => !line.includes("requires you to be logged in")),
    ).toEqual([]);
  });

  test("is found by CommonJS and by ES modules; the machines of AWS by their own import; nothing else", async () => {
    const node = (...args: string[]) => project.run([process.execPath, ...args]);
    const loaded = 'Object.keys(require.cache).filter((file) => file.includes("@pulumi/aws")).length';
    expect(await node("-p", `typeof require("kubeadm-ha").KubeadmCluster + ${loaded}`)).toBe("function0\n");
    const imports = 'import { Cni, KubeadmCluster } from "kubeadm-ha"; console.log(Cni.Flannel, KubeadmCluster.name)';
    expect(await node("--input-type=module", "-e", imports)).toBe("flannel KubeadmCluster\n");
    const codeOf = (name: string) =>
      node("-p", `try { require("${name}"); "found" } catch (error) { error.code }`).then((text) => text.trim());
    expect(await codeOf("kubeadm-ha/aws")).toBe("MODULE_NOT_FOUND");
    symlinkSync(join(root, "node_modules/@pulumi/aws"), join(project.directory, "node_modules/@pulumi/aws"));
    expect(await codeOf("kubeadm-ha/aws")).toBe("found");
    expect(await codeOf("kubeadm-ha/dist/components/values/ports")).toBe("ERR_PACKAGE_PATH_NOT_EXPORTED");
  });

  test.each([
    ["nodenext, CommonJS", "index.ts", { module: "nodenext" }],
    ["nodenext, ES module", "module.mts", { module: "nodenext" }],
    ["bundler", "index.ts", { module: "esnext", moduleResolution: "bundler" }],
    ["commonjs", "index.ts", { module: "commonjs", moduleResolution: "node10" }],
  ])("has its types for who resolves by %s", async (_, file, options) => {
    const aws = 'import { AwsMachines } from "kubeadm-ha/aws";\nexport const made: string = AwsMachines.name;\n';
    project.write("module.mts", lines + aws);
    project.write("aws.ts", aws);
    const compilerOptions = { ...options, strict: true, skipLibCheck: true, noEmit: true, types: ["node"] };
    project.write("tsconfig.json", JSON.stringify({ compilerOptions, files: [file, "aws.ts"] }));
    await project.run([compiler, "-p", "."]);
    project.write("wrong.ts", lines.replace("kubernetesVersion", "kubernetesVersions"));
    project.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["wrong.ts"] }));
    await expect(project.run([compiler, "-p", "."])).rejects.toThrow("kubernetesVersions");
    await project.run(["rm", "tsconfig.json", "wrong.ts", "module.mts", "aws.ts"]);
  });

  describe("as a package for other languages", () => {
    const plugin = () => join(project.package, "dist/plugin");
    const yaml = readFileSync(join(root, "examples/yaml/Pulumi.yaml"), "utf8");

    test("gives its schema at once, whole", async () => {
      const schema = JSON.parse(await project.does("package", "get-schema", `${plugin()}/pulumi-resource-kubeadm-ha`));
      expect(Object.keys(schema.resources)).toContain("kubeadm-ha:index:KubeadmCluster");
      await project.does("schema", "check", `${plugin()}/schema.json`);
    });

    test("previews a cluster for a program in YAML, and says all that is wrong with one", async () => {
      const program = new Consumer("yaml", await labEnvironment(lab.stack));
      try {
        program.write("Pulumi.yaml", yaml.replace("node_modules/kubeadm-ha/dist/plugin", plugin()));
        await program.stack("prod");
        await program.secret("sshPrivateKey", sshKey);
        expect(JSON.parse(await program.does("preview", "--json")).changeSummary).toEqual({ create: 55 });
        const wrong = yaml
          .replace("192.0.2.12", "192.0.2.11")
          .replace("kubernetesVersion: 1.36.3", "kubernetesVersion: 1.9");
        program.write("Pulumi.yaml", wrong.replace("node_modules/kubeadm-ha/dist/plugin", plugin()));
        const { status, output } = await program.pulumi("preview");
        expect(status).not.toBe(0);
        expect(output).toContain('controlPlanes[1].address: address "192.0.2.11" is taken by controlPlanes[0]');
        expect(output).toContain('kubernetesVersion: "1.9" is not supported');
      } finally {
        program.end();
      }
    });

    test("takes keys and addresses that another resource makes, unknown as they are in a first preview", async () => {
      const program = new Consumer("yaml-outputs", await labEnvironment(lab.stack));
      try {
        const made = "resources:\n  made: { type: tls:PrivateKey, properties: { algorithm: ED25519 } }\n";
        const outputs = yaml
          .replace("node_modules/kubeadm-ha/dist/plugin", plugin())
          .replace("resources:\n", made)
          .replaceAll("sshPrivateKey}", "made.privateKeyOpenssh}")
          .replace("192.0.2.12", `"\${made.publicKeyFingerprintMd5}"`);
        program.write("Pulumi.yaml", outputs);
        await program.stack("prod");
        await program.secret("sshPrivateKey", "not used");
        expect(JSON.parse(await program.does("preview", "--json")).changeSummary).toEqual({ create: 56 });
      } finally {
        program.end();
      }
    });

    // What Pulumi's Node host does with a folder that has a PulumiPlugin.yaml; the lab's may be too old for it.
    test("is started from its folder, once npm has installed it, by the runner of Pulumi's SDK", async () => {
      const npm = ["npm", "install", "--offline", "--no-audit", "--no-fund", "--loglevel=error"];
      await output(npm, { cwd: plugin(), deadline: 60 });
      expect(existsSync(join(plugin(), "node_modules"))).toBe(true);
      const runner = join(project.directory, "node_modules/@pulumi/pulumi/cmd/run-plugin");
      // An engine's address, which is not asked for before it constructs something.
      const host = new Running([process.execPath, runner, plugin(), "127.0.0.1:9"], { cwd: plugin(), deadline: 120 });
      try {
        const port = await vi.waitFor(
          () => {
            expect(host.output).toMatch(/^\d+\n/);
            return Number.parseInt(host.output, 10);
          },
          { timeout: 60_000, interval: 100 },
        );
        const env = { ...(await labEnvironment(lab.stack)), PULUMI_DEBUG_PROVIDERS: `kubeadm-ha:${port}` };
        const program = new Consumer("yaml-folder", env);
        try {
          program.write("Pulumi.yaml", yaml.replace(/^plugins:\n( .*\n)+/m, ""));
          await program.stack("prod");
          await program.secret("sshPrivateKey", sshKey);
          expect(JSON.parse(await program.does("preview", "--json")).changeSummary).toEqual({ create: 55 });
        } finally {
          program.end();
        }
      } finally {
        host.crash();
        await host.ended;
      }
    });
  });

  describe("its lines in README.md", () => {
    beforeAll(async () => {
      await provideMachines(lab, []);
      const { controlPlanes, loadBalancers } = lab.configured;
      const { cluster, sshPrivateKey } = lab.config;
      await project.stack("prod", { controlPlanes, loadBalancers, options: cluster });
      await project.secret("sshPrivateKey", sshPrivateKey ?? "");
    });

    test("preview a cluster", async () => {
      const { changeSummary } = JSON.parse(await project.does("preview", "--json"));
      expect(changeSummary).toEqual({ create: 55 });
    });

    test("bring it up, and then have nothing to do", async () => {
      await project.up();
      lab.trust(await project.does("stack", "output", "kubeconfig", "--show-secrets"));
      expect(await readyNodes(lab)).toEqual(["cp-1", "cp-2", "cp-3"]);
      expect(await project.does("stack", "output", "caCertificate")).toContain("BEGIN CERTIFICATE");
      expect(existsSync(join(project.directory, "node_modules/kubeadm-ha/dist/index.js"))).toBe(false);
    });
  });
});
