import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { labEnvironment, root } from "../support/place";
import { output, run } from "../support/process";

// What README.md says of machines of one's own, word for word, in a clone that knows nothing of the lab: on the way
// there are the engine with its plugins, Node, and the packages of `npm ci`. A preview dials nobody, so the machines
// need not be there.
describe("a static stack without make", () => {
  const directory = mkdtempSync(join(tmpdir(), "kubeadm-ha-static-"));
  const clone = join(directory, "clone");
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    const files = await output(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
    for (const file of files.split("\0").filter(Boolean)) cpSync(join(root, file), join(clone, file));
    cpSync(join(clone, "stacks/Pulumi.static.example.yaml"), join(clone, "stacks/Pulumi.prod.yaml"));
    symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
    const { PATH, PULUMI_HOME } = await labEnvironment("prod");
    env = {
      PATH,
      PULUMI_HOME,
      HOME: process.env.HOME,
      PULUMI_BACKEND_URL: `file://${directory}`,
      PULUMI_CONFIG_PASSPHRASE: "for the test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    const key = join(directory, "id_ed25519");
    await output(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key]);
    await output(["pulumi", "stack", "init", "prod"], { cwd: clone, env });
    await output(["bash", "-c", `pulumi config set --secret sshPrivateKey <${key}`], { cwd: clone, env });
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  test.each(["20", "22", "24"])("has a preview on Node %s", async (major) => {
    // npm's package `node` is a Node, and comes first on the way.
    const [node] = (
      await output(["npm", "exec", "--yes", `--package=node@${major}`, "--", "which", "node"], {
        cwd: directory,
        env,
        deadline: 300,
      })
    ).split("\n");
    const { status, output: printed } = await run(["bash", "-c", "node --version && pulumi preview"], {
      cwd: clone,
      env: { ...env, PATH: `${dirname(node)}:${env.PATH}` },
      deadline: 300,
    });
    expect(status, printed).toBe(0);
    expect(printed).toMatch(new RegExp(`^v${major}\\.`));
    expect(printed).toMatch(/prod-cp-3-join +create/);
    expect(printed).not.toMatch(/error|warning/i);
  });
});
