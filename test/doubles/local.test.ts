import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isSecret, Provider, secret, UNKNOWN } from "../support/provider.js";

const COMMAND = "command:local:Command";
let provider: Provider;
let dir: string;

beforeAll(async () => {
  provider = await Provider.start("command", { FROM_THE_PLUGIN: "inherited" });
  dir = realpathSync(mkdtempSync(join(tmpdir(), "doubles-")));
});
afterAll(async () => {
  await provider?.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe("life", () => {
  test("create, update, delete run one after the other, each told what the last one printed", async () => {
    const note = "echo $PULUMI_COMMAND_STDOUT:$PULUMI_COMMAND_STDERR >> log;";
    const args = {
      dir,
      create: `${note} echo created; echo e >&2`,
      update: `${note} echo updated`,
      delete: `${note}`,
    };
    const created = await provider.create(COMMAND, args);
    expect(created.state).toMatchObject({ stdout: "created", stderr: "e" });
    const updated = await provider.update(created, { ...args, stdin: "x" });
    expect(updated.state).toMatchObject({ stdout: "updated", stderr: "" });
    await provider.delete(updated);
    expect(readFileSync(join(dir, "log"), "utf8")).toBe(":\ncreated:e\nupdated:\n");
  });

  test("without update it creates again; without addPreviousOutputInEnv it is told nothing", async () => {
    const args = { create: "echo .$PULUMI_COMMAND_STDOUT", addPreviousOutputInEnv: false };
    const created = await provider.create(COMMAND, args);
    const updated = await provider.update(created, { ...args, environment: { A: "b" } });
    expect(updated.state.stdout).toBe(".");
  });

  test("the environment is the plugin's, and the resource's over it", async () => {
    const { state } = await provider.create(COMMAND, {
      create: "echo $FROM_THE_PLUGIN $HOME",
      environment: { HOME: "mine" },
    });
    expect(state.stdout).toBe("inherited mine");
  });

  test("the interpreter, the directory and stdin are the resource's", async () => {
    const { state } = await provider.create(COMMAND, { interpreter: ["/bin/echo", "-n"], create: "said" });
    expect(state.stdout).toBe("said");
    const shell = await provider.create(COMMAND, { dir, create: "pwd; cat", stdin: "in" });
    expect(shell.state.stdout).toBe(`${dir}\nin`);
  });

  test("an error has the status, the command and all it printed", async () => {
    await expect(provider.create(COMMAND, { create: "echo out; exit 3" })).rejects.toThrow(
      'exit status 3: running "echo out; exit 3":\nout\n',
    );
  });

  test("a timeout kills the command", async () => {
    const start = Date.now();
    await expect(provider.create(COMMAND, { create: "exec sleep 15" }, { timeout: 1 })).rejects.toThrow(
      'signal: killed: running "exec sleep 15"',
    );
    expect(Date.now() - start).toBeLessThan(10_000);
  });
});

describe("diff and preview", () => {
  test("every input is an update, triggers as a whole replace", async () => {
    const command = await provider.create(COMMAND, { create: "true", triggers: [1] });
    expect(await provider.diff(command, { create: "true", triggers: [1] })).toEqual({ changes: false, replaces: [] });
    expect(await provider.diff(command, { create: "true", triggers: [2] })).toEqual({ changes: true, replaces: [] });
    expect(await provider.diff(command, { create: "true", triggers: [1], dir })).toEqual({
      changes: true,
      replaces: [],
    });
    expect(await provider.diff(command, { create: "true" })).toEqual({ changes: true, replaces: ["triggers"] });
  });

  test("a preview runs nothing", async () => {
    const planned = await provider.create(COMMAND, { dir, create: "touch ran" }, { preview: true });
    expect(planned.state.stdout).toBe(UNKNOWN);
    const left = await provider.create(COMMAND, { dir, create: "ls" });
    expect(left.state.stdout).not.toContain("ran");
  });

  test("secret inputs stay secret in the state", async () => {
    const { state } = await provider.create(COMMAND, {
      create: "cat",
      environment: { A: secret("b") },
      stdin: secret("c"),
    });
    expect(isSecret(state.stdin)).toBe(true);
    expect(JSON.stringify(state.environment)).toContain(JSON.stringify(secret("b")));
  });
});

describe("stricter than the vendor's plugin", () => {
  test.each(["assetPaths", "archivePaths"])("%s is refused", async (input) => {
    await expect(provider.check(COMMAND, { create: "true", [input]: ["*"] })).rejects.toThrow(
      `the lab's double does not serve ${input}`,
    );
  });
});
