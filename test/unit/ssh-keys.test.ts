import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { KubeadmHosts, type MachineArgs } from "../../components";
import { sshFiles } from "../../components/remote/ssh-files";
import { sshKeyProblems } from "../../components/values/private-key";
import { parsed } from "../../config";
import { sshKey, staticConfig } from "../support/fixtures";
import { recordGraph } from "../support/graph";
import { root } from "../support/place";
import { only, problems } from "../support/problems";
import { Sandbox } from "../support/sandbox";

const { privateKey: rsa, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = (type: "pkcs1" | "pkcs8", cipher = {}) => rsa.export({ type, format: "pem", ...cipher }).toString();
const cipher = { cipher: "aes-256-cbc", passphrase: "s3cret" };
const legacy = pem("pkcs1", cipher);

/** A key in OpenSSH's form as far as it can be read without its passphrase. */
function openssh(encryption: string, end = "-----END OPENSSH PRIVATE KEY-----\n"): string {
  const field = (text: string) => Buffer.from([0, 0, 0, text.length, ...Buffer.from(text)]);
  const fields = [
    field(encryption),
    field("kdf"),
    field("salt"),
    Buffer.from([0, 0, 0, 1]),
    field("public"),
    field("private"),
  ];
  const body = Buffer.concat([Buffer.from("openssh-key-v1\0"), ...fields]).toString("base64");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n${end}`;
}

describe("a private key", () => {
  const found = (key: string, hasPassphrase = false) => sshKeyProblems(key, hasPassphrase, "key", "passphrase");

  test.each([sshKey, pem("pkcs1"), pem("pkcs8"), openssh("none"), pem("pkcs1").replaceAll("\n", "\r\n")])(
    "is taken in every form that SSH reads",
    (key) => expect(found(key)).toEqual([]),
  );

  const rest = "; expected: what is in the file of the private key, -----BEGIN OPENSSH PRIVATE KEY----- and so on";
  const wrong: [string, string][] = [
    ["~/.ssh/id_ed25519", "is the path of a file"],
    ["/home/me/.ssh/id_rsa\n", "is the path of a file"],
    ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGv0 me@example.com", "is a public key"],
    [publicKey.export({ type: "spki", format: "pem" }).toString(), "is a public key"],
    [openssh("none").replaceAll("\n", "\\n"), "has \\n as two characters where its lines end"],
    [openssh("none").replaceAll("\n", " "), "has lost the ends of its lines"],
    [openssh("none", ""), "has lost its end"],
    [openssh("none").replace(/..\n-----END/, "\n-----END"), "is broken"],
    [sshKey.replace(/\n.{8}/, "\n"), "is broken"],
    ["s3cret", "is not a private key"],
    ["", "is not a private key"],
    ["PuTTY-User-Key-File-3: ssh-rsa\n", "is in PuTTY's form; 'puttygen FILE -O private-openssh' reads it"],
  ];
  test.each(wrong)("that is none, as %j, is refused without a word of it", (key, message) =>
    expect(found(key)).toEqual([{ path: "key", message: message + rest }]),
  );

  test("is encrypted with a passphrase, or has none", () => {
    const message = "is encrypted; set passphrase, or take a key without a passphrase";
    for (const key of [openssh("aes256-ctr"), legacy]) {
      expect(found(key)).toEqual([{ path: "key", message }]);
      expect(found(key, true)).toEqual([]);
    }
    expect(found(sshKey, true)).toEqual([
      { path: "passphrase", message: "the key is not encrypted; leave its passphrase out" },
    ]);
    expect(found(pem("pkcs8", cipher), true)).toEqual([
      {
        path: "key",
        message: "is encrypted in a form that is not read here; 'ssh-keygen -p -f FILE' gives it another",
      },
    ]);
  });
});

test("the keys of a configuration are refused by name", () => {
  const keys = (fields: object) => ({ ...staticConfig, ...fields });
  expect(only(keys({ sshPrivateKey: "~/.ssh/id_ed25519" }))).toMatch(/^sshPrivateKey: is the path of a file; expected/);
  expect(only(keys({ sshPrivateKey: legacy }))).toMatch(
    /^sshPrivateKey: is encrypted; set sshPrivateKeyPassphrase, or/,
  );
  expect(problems(keys({ sshPrivateKey: legacy, sshPrivateKeyPassphrase: "s3cret" }))).toEqual([]);
  expect(only(keys({ sshProxyPrivateKeyPassphrase: "s3cret" }))).toBe(
    "sshProxyPrivateKeyPassphrase: there is no sshProxyPrivateKey that it would open; leave it out",
  );
});

test("a passphrase may begin as an object does in a stack's file", () => {
  expect(parsed([["sshPrivateKeyPassphrase", "{s3cret"]])).toEqual([{ sshPrivateKeyPassphrase: "{s3cret" }, []]);
});

test("those of machines are refused once, as far as they are known", () => {
  const hosts = (ssh: Partial<MachineArgs["ssh"]> & { privateKey: pulumi.Input<string> }) => () => {
    const machine = (host: number) => ({
      name: `host-${host}`,
      address: `10.0.0.${host}`,
      ssh: {
        hostKey: "ssh-rsa AAAA",
        ...ssh,
        proxy: { host: "10.0.0.1", hostKey: "ssh-rsa AAAA", privateKey: "id.key" },
      },
    });
    const args = { kubernetesVersion: "1.36.3", install: { mode: "preinstalled" } as const };
    new KubeadmHosts("lab", { ...args, workers: [machine(8), machine(9)] });
  };
  const proxy = "\n  workers[0].ssh.proxy.privateKey: is the path of a file; ";
  expect(hosts({ privateKey: pulumi.secret("id.key") })).toThrow(
    `KubeadmHosts "lab" has 1 problem; nothing of it was made:${proxy}`,
  );
  expect(hosts({ privateKey: legacy })).toThrow(
    "\n  workers[0].ssh.privateKey: is encrypted; set workers[0].ssh.privateKeyPassphrase, or take",
  );
  // One that comes later, and one that is not set after all, which is the same to see.
  expect(hosts({ privateKey: legacy, privateKeyPassphrase: pulumi.secret("x") })).toThrow("has 1 problem;");
  expect(hosts({ privateKey: sshKey, privateKeyPassphrase: undefined })).toThrow("has 1 problem;");
  expect(hosts({ privateKey: sshKey, privateKeyPassphrase: "x" })).toThrow(
    "\n  workers[0].ssh.privateKeyPassphrase: the key is not encrypted; leave",
  );
  expect(hosts({ privateKey: sshKey, hostKey: `${sshKey}` })).toThrow(
    '\n  workers[0].ssh.hostKey: "<a private key>" is not a public host key; expected: one line',
  );
});

test("a passphrase goes with its key to every connection, as a secret", async () => {
  const proxy = { host: "bastion.example.com", hostKey: "ssh-ed25519 AAAABASTION" };
  const config = {
    ...staticConfig,
    machines: { ...staticConfig.machines, ssh: { user: "admin", proxy } },
    sshPrivateKey: legacy,
    sshPrivateKeyPassphrase: "s3cret",
    sshProxyPrivateKey: sshKey,
  };
  const graph = await recordGraph({ config, stack: "prod" });
  const steps = graph.filter((r) => r.type === "command:remote:Command");
  expect(steps.length).toBeGreaterThan(0);
  for (const { clear } of steps) {
    const connection = clear.connection as Record<string, Record<string, unknown>>;
    expect([connection.privateKey, connection.privateKeyPassword]).toEqual([legacy, "s3cret"]);
    expect([connection.proxy.privateKey, connection.proxy.privateKeyPassword]).toEqual([sshKey, undefined]);
  }
  const admission = graph.find((r) => r.name === "prod-admission-admit");
  expect(`${admission?.clear.stdin}`).toContain('cat >"$dir"/input/cp-1/machine.passphrase');
  expect(JSON.stringify(graph.map(({ inputs }) => inputs))).not.toContain("s3cret");
});

describe("before ssh(1) runs", () => {
  const login = { host: "10.0.0.8", port: 22, user: "root", hostKey: "ssh-rsa AAAA", privateKey: "KEY" };
  const open = (keygen: string) => {
    const sandbox = new Sandbox({ ssh: "ls . | xargs", "ssh-keygen": keygen });
    const files = sshFiles({ ...login, privateKeyPassphrase: "s3 $cret" }, { ...login, privateKey: "OTHER" });
    for (const [name, text] of Object.entries(files)) sandbox.write(`step/${name}`, `${text}\n`);
    const script = `cd ${sandbox.there}/step && . "$0" && ssh_limited 9 machine true`;
    return sandbox.run(["-c", script, join(root, "components/remote/ssh.sh")], { timeout: 20_000 });
  };

  test("a key is opened by the passphrase beside it, which is in no argument", () => {
    const { stdout, status, read } = open(
      'printf "%s|" "$@" >$there/words; "$SSH_ASKPASS" "Enter old passphrase: " >$there/said',
    );
    expect([status, stdout]).toEqual([0, "known_hosts machine.key proxy.key ssh.log ssh_config\n"]);
    expect([read("words"), read("said")]).toEqual(["-q|-p|-N||-f|machine.key|", "s3 $cret\n"]);
  });

  test("a passphrase that does not open it is said where ssh's own words are", () => {
    const { stdout, status, read } = open("echo noise; echo 'incorrect passphrase' >&2; exit 1");
    expect([status, stdout]).toEqual([255, ""]);
    expect(read("step/ssh.log")).toBe("the passphrase does not open the key: incorrect passphrase\n");
  });
});
