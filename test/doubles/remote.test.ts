import { createHash, randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { isSecret, Provider, secret, text, type Values } from "../support/provider.js";
import { Sshd } from "./sshd.js";

const COMMAND = "command:remote:Command";
let sshd: Sshd;
let provider: Provider;

beforeAll(async () => {
  sshd = await Sshd.start();
  provider = await Provider.start("command");
});
afterAll(async () => {
  await provider?.stop();
  await sshd?.stop();
});
afterEach(() => {
  sshd.commands.length = 0;
  provider.logs.length = 0;
});

/** The arguments of a command on the test's machine. */
const on = (args: Values, connection: Values = {}): Values => ({
  connection: secret({ ...sshd.connection, ...connection }),
  addPreviousOutputInEnv: false,
  ...args,
});

describe("diff", () => {
  const before = { create: "cat", update: "cat", delete: "cat", stdin: "a", logging: "none", triggers: [1] };

  test("no change is none", async () => {
    const command = await provider.create(COMMAND, on(before));
    expect(await provider.diff(command, on(before))).toEqual({ changes: false, replaces: [] });
  });

  test.each<[string, Values, Values?]>([
    ["create", { create: "echo" }],
    ["update", { update: "echo" }],
    ["delete", { delete: "echo" }],
    ["stdin", { stdin: "b" }],
    ["logging", { logging: "stdout" }],
    ["environment", { environment: { LC_A: "b" } }],
    ["addPreviousOutputInEnv", { addPreviousOutputInEnv: true }],
    ["an element of triggers", { triggers: [2] }],
    ["the host", {}, { host: "localhost" }],
    ["the dial limit", {}, { dialErrorLimit: 3 }],
  ])("%s is an update", async (_, args, connection) => {
    const command = await provider.create(COMMAND, on(before));
    expect(await provider.diff(command, on({ ...before, ...args }, connection))).toEqual({
      changes: true,
      replaces: [],
    });
  });

  test("triggers coming or going as a whole replace", async () => {
    const { triggers: _, ...without } = before;
    const had = await provider.create(COMMAND, on(before));
    expect(await provider.diff(had, on(without))).toEqual({ changes: true, replaces: ["triggers"] });
    const hadNot = await provider.create(COMMAND, on(without));
    expect(await provider.diff(hadNot, on(before))).toEqual({ changes: true, replaces: ["triggers"] });
  });
});

describe("life", () => {
  test("create gives both outputs, each without its last newline only", async () => {
    const command = await provider.create(COMMAND, on({ create: "printf 'a\\n\\n'; echo b >&2" }));
    expect(command.state).toMatchObject({ stdout: "a\n", stderr: "b", create: "printf 'a\\n\\n'; echo b >&2" });
    expect(command.id).not.toBe("");
  });

  test("nothing to create is nothing to run", async () => {
    const connections = sshd.connections;
    const command = await provider.create(COMMAND, on({ update: "echo updated" }));
    await provider.delete(command);
    expect(sshd.connections).toBe(connections);
    expect(command.state).toMatchObject({ stdout: "", stderr: "" });
  });

  test("update runs update, or create again", async () => {
    const args = { create: "echo created", update: "echo updated" };
    const command = await provider.create(COMMAND, on(args));
    const updated = await provider.update(command, on({ ...args, logging: "none" }));
    expect(updated.state.stdout).toBe("updated");
    const recreated = await provider.update(updated, on({ create: "echo created" }));
    expect(recreated.state.stdout).toBe("created");
    expect(sshd.commands).toEqual(["echo created", "echo updated", "echo created"]);
  });

  test("delete runs from the state", async () => {
    const command = await provider.create(
      COMMAND,
      on({ create: "cat", delete: "cat; exit 7", stdin: "from the state" }),
    );
    await expect(provider.delete(command)).rejects.toThrow(
      'Process exited with status 7: running "cat; exit 7":\nfrom the state',
    );
    expect(sshd.commands).toEqual(["cat", "cat; exit 7"]);
  });

  test("a failed create leaves nothing: an error, no partial state", async () => {
    await expect(provider.create(COMMAND, on({ create: "echo some out; echo some err >&2; exit 3" }))).rejects.toThrow(
      'Process exited with status 3: running "echo some out; echo some err >&2; exit 3":\n',
    );
  });

  test("the error has all that was printed", async () => {
    const error = await provider.create(COMMAND, on({ create: "echo out; echo err >&2; exit 1" })).catch(String);
    expect(error).toContain("out\n");
    expect(error).toContain("err\n");
  });

  test("the previous output is offered, and a refusal is a warning", async () => {
    const args = { create: "echo .$PULUMI_COMMAND_STDOUT", addPreviousOutputInEnv: true };
    const command = await provider.create(COMMAND, on(args));
    const updated = await provider.update(command, on({ ...args, logging: "none" }));
    expect(updated.state.stdout).toBe(".");
    expect(provider.logs.filter((l) => !l.status).map((l) => l.message)).toEqual([
      expect.stringContaining("PULUMI_COMMAND_STDOUT"),
    ]);
  });

  test("a timeout does not stop a command that runs", async () => {
    const command = await provider.create(COMMAND, on({ create: "sleep 2; echo done" }), { timeout: 1 });
    expect(command.state.stdout).toBe("done");
  });
});

describe("environment and stdin", () => {
  test("a variable that the server takes arrives", async () => {
    const command = await provider.create(COMMAND, on({ create: "echo $LC_TEST", environment: { LC_TEST: "v" } }));
    expect(command.state.stdout).toBe("v");
  });

  test("a variable that the server refuses fails, before anything runs", async () => {
    await expect(provider.create(COMMAND, on({ create: "true", environment: { FOO: "the value" } }))).rejects.toThrow(
      'could not set environment variable "FOO": ssh: setenv failed',
    );
    expect(sshd.commands).toEqual([]);
  });

  test("stdin carries megabytes unchanged", async () => {
    const stdin = randomBytes(3 << 20).toString("base64");
    const command = await provider.create(COMMAND, on({ create: "sha256sum | cut -c1-64", stdin: secret(stdin) }));
    expect(command.state.stdout).toBe(createHash("sha256").update(stdin).digest("hex"));
  });
});

describe("secrets and logs", () => {
  test("secret inputs stay secret in the state; what is printed is not secret by itself", async () => {
    const { state } = await provider.create(COMMAND, on({ create: secret("cat"), stdin: secret("topsecret") }));
    expect(isSecret(state.connection)).toBe(true);
    expect(isSecret(state.create)).toBe(true);
    expect(isSecret(state.stdin)).toBe(true);
    expect(text(state.stdin)).toBe("topsecret");
    expect(state.stdout).toBe("topsecret");
  });

  test.each([
    ["stdout", ["out"]],
    ["stderr", ["err"]],
    ["stdoutAndStderr", ["out", "err"]],
    ["none", []],
  ])("logging %s shows its lines while the command runs", async (logging, lines) => {
    const command = await provider.create(COMMAND, on({ create: "echo out; sleep 0.1; echo err >&2", logging }));
    expect(command.state).toMatchObject({ stdout: "out", stderr: "err" });
    expect(provider.logs).toEqual(lines.map((message) => ({ message, severity: 1, status: true })));
  });

  test("without logging a line may be of any length", async () => {
    const { state } = await provider.create(
      COMMAND,
      on({ create: "head -c 200000 /dev/zero | tr '\\0' a", logging: "none" }),
    );
    expect(text(state.stdout)).toHaveLength(200000);
  });
});

describe("stricter than the vendor's plugin", () => {
  test("a logged line of 64 KiB fails, where the original hangs", async () => {
    const line = (bytes: number) => on({ create: `head -c ${bytes} /dev/zero | tr '\\0' a; echo` });
    expect(text((await provider.create(COMMAND, line(65535))).state.stdout)).toHaveLength(65535);
    await expect(provider.create(COMMAND, line(65536))).rejects.toThrow("a line of 65536 bytes or more");
  });
});
