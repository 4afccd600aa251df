import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { isSecret, Provider, secret, UNKNOWN, type Values } from "../support/provider.js";
import { closedPort, Sshd } from "./sshd.js";

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

describe("check", () => {
  test("completes the inputs and keeps the connection secret", async () => {
    const inputs = await provider.check(COMMAND, { connection: { host: "h" }, create: "true" });
    expect(inputs).toMatchObject({ addPreviousOutputInEnv: true, create: "true" });
    expect(isSecret(inputs.connection)).toBe(true);
    expect((inputs.connection as Values).value).toMatchObject({
      user: "root",
      port: 22,
      dialErrorLimit: 10,
      perDialTimeout: 15,
    });
  });

  test("names an unknown field of the connection", async () => {
    await expect(provider.check(COMMAND, on({ create: "true" }, { extra: "x" }))).rejects.toThrow(/extra/);
  });

  test("names a missing host", async () => {
    await expect(provider.check(COMMAND, { connection: { user: "root" } })).rejects.toThrow(/host/);
  });
});

describe("dialling", () => {
  test("gives up after the limit, with pauses of 100 ms and half as long again", async () => {
    const refused = { port: await closedPort(), dialErrorLimit: 3 };
    const start = Date.now();
    await expect(provider.create(COMMAND, on({ create: "true" }, refused))).rejects.toThrow(
      new RegExp(`after 3 failed attempts: dial tcp 127.0.0.1:${refused.port}: connect: connection refused`),
    );
    expect(Date.now() - start).toBeGreaterThanOrEqual(100 + 150 + 225);
    expect(Date.now() - start).toBeLessThan(10_000);
    expect(provider.logs.filter((l) => l.status).map((l) => l.message)).toEqual([
      "Dial 1/3 failed: retrying",
      "Dial 2/3 failed: retrying",
      "Dial 3/3 failed: retrying",
    ]);
  });

  test("without a limit it dials until the timeout", async () => {
    const refused = { port: await closedPort(), dialErrorLimit: -1 };
    await expect(provider.create(COMMAND, on({ create: "true" }, refused), { timeout: 1 })).rejects.toThrow(
      "context deadline exceeded",
    );
  });

  test("refuses another host key, every time", async () => {
    const other = await Sshd.start();
    const connections = sshd.connections;
    const error = provider.create(COMMAND, on({ create: "true" }, { hostKey: other.connection.hostKey }));
    await expect(error).rejects.toThrow("after 2 failed attempts: ssh: handshake failed: ssh: host key mismatch");
    expect(sshd.connections - connections).toBe(3);
    expect(sshd.commands).toEqual([]);
    await other.stop();
  });

  test("a refused key is retried like any other failure, and the error shows no key", async () => {
    const other = await Sshd.start();
    const error = await provider
      .create(COMMAND, on({ create: "true" }, { privateKey: other.privateKey, dialErrorLimit: 1 }))
      .catch(String);
    expect(error).toContain("after 1 failed attempts: ssh: handshake failed: ssh: unable to authenticate");
    expect(error).not.toContain("PRIVATE KEY");
    await other.stop();
  });

  test("a dead agent in the environment fails, even when a key is given", async () => {
    const withAgent = await Provider.start("command", { SSH_AUTH_SOCK: "/nonexistent/agent" });
    await expect(withAgent.create(COMMAND, on({ create: "true" }))).rejects.toThrow("dial unix /nonexistent/agent");
    await withAgent.stop();
  });
});

describe("preview", () => {
  test("never dials, and the outputs of a create are unknown", async () => {
    const connections = sshd.connections;
    const planned = await provider.create(COMMAND, on({ create: "echo ran" }), { preview: true });
    expect(planned.state).toMatchObject({ create: "echo ran", stdout: UNKNOWN, stderr: UNKNOWN });
    expect(sshd.connections).toBe(connections);
  });

  test("takes unknown inputs everywhere", async () => {
    const args = { create: UNKNOWN, stdin: secret(UNKNOWN), triggers: [UNKNOWN], environment: UNKNOWN };
    await provider.create(COMMAND, { ...args, connection: UNKNOWN }, { preview: true });
    await provider.create(COMMAND, on(args, { host: UNKNOWN, privateKey: UNKNOWN }), { preview: true });
    const command = await provider.create(COMMAND, on({ create: "true", triggers: [1] }));
    expect(await provider.diff(command, on(args))).toMatchObject({ changes: true });
    const planned = await provider.update(command, on({ create: UNKNOWN, triggers: [1] }), { preview: true });
    expect(planned.state.stdout).toBe(UNKNOWN);
    expect(sshd.commands).toEqual(["true"]);
  });
});

describe("stricter than the vendor's plugin", () => {
  test("what is wrong with a connection never makes the engine print it", async () => {
    const failure = await provider.check(COMMAND, on({ create: "true" }, { extra: "x" })).catch(String);
    expect(failure).toContain("has a problem: connection: ");
    expect(failure).not.toContain("PRIVATE KEY");
  });

  test.each([
    ["agentSocketPath", { agentSocketPath: "x" }],
    ["proxy.agentSocketPath", { proxy: { host: "h", agentSocketPath: "x" } }],
  ])("connection.%s is refused", async (field, connection) => {
    await expect(provider.check(COMMAND, on({}, connection))).rejects.toThrow(
      `the lab's double does not serve connection.${field}`,
    );
  });

  test("other resources, functions and imports are refused by name", async () => {
    await expect(provider.check("command:remote:CopyToRemote", {})).rejects.toThrow(
      "the lab's double does not serve command:remote:CopyToRemote",
    );
    await expect(provider.invoke("command:local:run", {})).rejects.toThrow(
      "the lab's double does not serve command:local:run",
    );
    await expect(provider.read(COMMAND, "id")).rejects.toThrow("does not serve import of command:remote:Command");
  });
});
