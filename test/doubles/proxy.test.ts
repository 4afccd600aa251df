import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Provider, secret, UNKNOWN, type Values } from "../support/provider.js";
import { closedPort, Sshd } from "./sshd.js";

const COMMAND = "command:remote:Command";
let machine: Sshd;
let bastion: Sshd;
let provider: Provider;

beforeAll(async () => {
  machine = await Sshd.start();
  bastion = await Sshd.start();
  provider = await Provider.start("command");
});
afterAll(async () => {
  await provider?.stop();
  await machine?.stop();
  await bastion?.stop();
});
afterEach(() => {
  for (const { commands, forwarded } of [machine, bastion]) {
    commands.length = 0;
    forwarded.length = 0;
  }
  provider.logs.length = 0;
});

/** The arguments of a command on the machine behind the bastion. */
const on = (args: Values, connection: Values = {}, proxy: Values = {}): Values => ({
  connection: secret({ ...machine.connection, ...connection, proxy: { ...bastion.connection, ...proxy } }),
  addPreviousOutputInEnv: false,
  ...args,
});
const retries = () => provider.logs.filter((l) => l.status).map((l) => l.message);

describe("check", () => {
  test("completes the proxy like the connection", async () => {
    const inputs = await provider.check(COMMAND, { connection: { host: "h", proxy: { host: "b" } }, create: "true" });
    expect((inputs.connection as { value: Values }).value.proxy).toEqual({
      host: "b",
      user: "root",
      port: 22,
      dialErrorLimit: 10,
      perDialTimeout: 15,
    });
  });

  test("names an unknown field of the proxy, a second proxy among them", async () => {
    await expect(provider.check(COMMAND, on({}, {}, { extra: "x" }))).rejects.toThrow(/extra/);
    await expect(provider.check(COMMAND, on({}, {}, { proxy: { host: "h" } }))).rejects.toThrow(/proxy/);
  });

  test("names a missing host of the proxy", async () => {
    const connection = { host: "h", proxy: { user: "root" } };
    await expect(provider.check(COMMAND, { connection, create: "true" })).rejects.toThrow(/host/);
  });

  test("takes unknown inputs everywhere", async () => {
    await provider.create(COMMAND, on({ create: "true" }, { host: UNKNOWN }, { host: UNKNOWN, hostKey: UNKNOWN }), {
      preview: true,
    });
    expect(bastion.connections + machine.connections).toBe(0);
  });
});

describe("a change of the proxy", () => {
  test("re-runs the command, as one of the connection does", async () => {
    const command = await provider.create(COMMAND, on({ create: "echo ran" }));
    expect(command.state.stdout).toBe("ran");
    expect(await provider.diff(command, on({ create: "echo ran" }))).toEqual({ changes: false, replaces: [] });
    const changed = on({ create: "echo ran" }, {}, { dialErrorLimit: 3 });
    expect(await provider.diff(command, changed)).toEqual({ changes: true, replaces: [] });
    await provider.update(command, changed);
    expect(machine.commands).toEqual(["echo ran", "echo ran"]);
  });

  test("delete goes by the proxy of the state", async () => {
    await provider.delete(await provider.create(COMMAND, on({ create: "true", delete: "echo gone" })));
    expect(machine.commands).toEqual(["true", "echo gone"]);
    expect(bastion.forwarded).toHaveLength(2);
  });
});

describe("dialling", () => {
  test("runs on the machine, by way of the bastion, one connection to each", async () => {
    const before = [bastion.connections, machine.connections];
    const command = await provider.create(COMMAND, on({ create: "cat", stdin: "input" }));
    expect(command.state.stdout).toBe("input");
    expect([bastion.connections - before[0], machine.connections - before[1]]).toEqual([1, 1]);
    expect(bastion.commands).toEqual([]);
    expect(bastion.forwarded).toEqual([`127.0.0.1:${machine.connection.port}`]);
  });

  test("gives up on the proxy after the proxy's limit", async () => {
    const port = await closedPort();
    await expect(
      provider.create(COMMAND, on({ create: "true" }, { dialErrorLimit: 9 }, { port, dialErrorLimit: 1 })),
    ).rejects.toThrow(`proxy: after 1 failed attempts: dial tcp 127.0.0.1:${port}: connect: connection refused`);
    expect(retries()).toEqual(["Dial proxy 1/1 failed: retrying"]);
  });

  test("gives up on the machine after the machine's limit", async () => {
    const port = await closedPort();
    const refused = on({ create: "true" }, { port, dialErrorLimit: 2 }, { dialErrorLimit: 0 });
    await expect(provider.create(COMMAND, refused)).rejects.toThrow(/proxy: after 2 failed attempts: ssh: rejected: /);
    expect(retries()).toEqual(["Dial from proxy 1/2 failed: retrying", "Dial from proxy 2/2 failed: retrying"]);
  });

  test("without a limit it dials the machine until the timeout", async () => {
    const refused = on({ create: "true" }, { port: await closedPort(), dialErrorLimit: -1 });
    await expect(provider.create(COMMAND, refused, { timeout: 1 })).rejects.toThrow("context deadline exceeded");
  });

  test("refuses another host key of the bastion, every time, and forwards nothing", async () => {
    const before = bastion.connections;
    const error = provider.create(COMMAND, on({ create: "true" }, {}, { hostKey: machine.connection.hostKey }));
    await expect(error).rejects.toThrow(
      "proxy: after 2 failed attempts: ssh: handshake failed: ssh: host key mismatch",
    );
    expect(bastion.connections - before).toBe(3);
    expect(bastion.forwarded).toEqual([]);
  });

  test("refuses another host key of the machine, and tries again on the same dead stream", async () => {
    const before = machine.connections;
    const error = provider.create(COMMAND, on({ create: "true" }, { hostKey: bastion.connection.hostKey }));
    await expect(error).rejects.toThrow("proxy: after 2 failed attempts: ssh: handshake failed: ");
    expect(retries()).toEqual(["Dial 1/2 failed: retrying", "Dial 2/2 failed: retrying"]);
    expect(machine.connections - before).toBe(1);
    expect(machine.commands).toEqual([]);
  });

  test("the key of one is not offered to the other, and no error shows a key", async () => {
    const swapped = on({ create: "true" }, {}, { privateKey: machine.privateKey, dialErrorLimit: 0 });
    const error = await provider.create(COMMAND, swapped).catch(String);
    expect(error).toContain("proxy: after 0 failed attempts: ssh: handshake failed: ssh: unable to authenticate");
    expect(error).not.toContain("PRIVATE KEY");
  });
});

describe("stricter than the vendor's plugin", () => {
  test("both connections are closed when the command is through", async () => {
    await provider.create(COMMAND, on({ create: "true" }));
    await expect.poll(() => [bastion.live, machine.live], { timeout: 5000 }).toEqual([0, 0]);
  });
});
