import { createPrivateKey, createPublicKey } from "node:crypto";
import ssh2 from "ssh2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isSecret, Provider, type Resource, text } from "../support/provider.js";

const KEY = "tls:index/privateKey:PrivateKey";
let provider: Provider;
let key: Resource;

beforeAll(async () => {
  provider = await Provider.start("tls");
  key = await provider.create(KEY, { algorithm: "ECDSA", ecdsaCurve: "P256" });
});
afterAll(() => provider?.stop());

describe("PrivateKey", () => {
  test.each([
    [{ algorithm: "RSA" }, "RSA PRIVATE KEY", "rsa", { modulusLength: 2048 }, "ssh-rsa "],
    [{ algorithm: "RSA", rsaBits: 3072 }, "RSA PRIVATE KEY", "rsa", { modulusLength: 3072 }, "ssh-rsa "],
    [{ algorithm: "ECDSA" }, "EC PRIVATE KEY", "ec", { namedCurve: "secp224r1" }, ""],
    [
      { algorithm: "ECDSA", ecdsaCurve: "P256" },
      "EC PRIVATE KEY",
      "ec",
      { namedCurve: "prime256v1" },
      "ecdsa-sha2-nistp256 ",
    ],
    [
      { algorithm: "ECDSA", ecdsaCurve: "P384" },
      "EC PRIVATE KEY",
      "ec",
      { namedCurve: "secp384r1" },
      "ecdsa-sha2-nistp384 ",
    ],
    [{ algorithm: "ED25519" }, "PRIVATE KEY", "ed25519", {}, "ssh-ed25519 "],
  ])("%j", async (args, block, type, details, sshType) => {
    const { state } = await provider.create(KEY, args);
    expect(text(state.privateKeyPem).split("\n")[0]).toBe(`-----BEGIN ${block}-----`);
    expect(text(state.privateKeyPemPkcs8).split("\n")[0]).toBe("-----BEGIN PRIVATE KEY-----");

    const parsed = createPrivateKey(text(state.privateKeyPem));
    expect(parsed.asymmetricKeyType).toBe(type);
    expect(parsed.asymmetricKeyDetails).toMatchObject(details);
    expect(createPrivateKey(text(state.privateKeyPemPkcs8)).equals(parsed)).toBe(true);
    expect(createPublicKey(text(state.publicKeyPem)).equals(createPublicKey(parsed))).toBe(true);

    expect(text(state.publicKeyOpenssh).startsWith(sshType)).toBe(true);
    if (sshType === "") {
      expect([text(state.privateKeyOpenssh), state.publicKeyOpenssh, state.publicKeyFingerprintSha256]).toEqual([
        "",
        "",
        "",
      ]);
      return;
    }
    expect(state.publicKeyFingerprintSha256).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    expect(state.publicKeyFingerprintMd5).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    const forSsh = ssh2.utils.parseKey(text(state.privateKeyOpenssh));
    if (forSsh instanceof Error) throw forSsh;
    expect(forSsh.getPublicSSH().toString("base64")).toBe(text(state.publicKeyOpenssh).trim().split(" ")[1]);
  });

  test("what is private is secret, what is public is not", () => {
    for (const name of ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"]) {
      expect([name, isSecret(key.state[name])]).toEqual([name, true]);
    }
    for (const name of ["publicKeyPem", "publicKeyOpenssh", "publicKeyFingerprintSha256"]) {
      expect([name, isSecret(key.state[name])]).toEqual([name, false]);
    }
    expect(key.state).toMatchObject({ algorithm: "ECDSA", ecdsaCurve: "P256", rsaBits: 2048 });
  });

  test("no change is none, a default written out is none, any change replaces", async () => {
    const args = { algorithm: "ECDSA", ecdsaCurve: "P256" };
    expect(await provider.diff(key, args)).toEqual({ changes: false, replaces: [] });
    expect(await provider.diff(key, { ...args, rsaBits: 2048 })).toEqual({ changes: false, replaces: [] });
    expect(await provider.diff(key, { ...args, ecdsaCurve: "P384" })).toEqual({
      changes: true,
      replaces: ["ecdsaCurve"],
    });
  });

  test("unknown algorithms and curves are refused by name", async () => {
    await expect(provider.check(KEY, { algorithm: "DSA" })).rejects.toThrow("DSA");
    await expect(provider.check(KEY, { algorithm: "ECDSA", ecdsaCurve: "P-256" })).rejects.toThrow("P-256");
  });
});
