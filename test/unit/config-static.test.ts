import { describe, expect, test } from "vitest";
import { sshKey, staticConfig } from "../support/fixtures";
import { only, problems } from "../support/problems";

describe("a bastion", () => {
  const behind = (proxy: object, more: object = {}) => ({
    ...staticConfig,
    machines: { ...staticConfig.machines, ssh: { user: "admin", proxy } },
    ...more,
  });
  const hostKey = staticConfig.machines.controlPlanes[0].hostKey;

  test("in front of static machines, with the machines' key or one of its own", () => {
    expect(problems(behind({ host: "bastion.example.com", hostKey }))).toEqual([]);
    expect(problems(behind({ host: "192.0.2.1", hostKey, user: "jump" }, { sshProxyPrivateKey: sshKey }))).toEqual([]);
  });
  test("without a host key, or with one that is none", () => {
    expect(only(behind({ host: "192.0.2.1" }))).toBe("machines.ssh.proxy.hostKey: missing; expected: string");
    expect(only(behind({ host: "192.0.2.1", hostKey: "abc" }))).toMatch(
      /^machines\.ssh\.proxy\.hostKey: "abc" is not a public host key; expected: one line/,
    );
  });
  test("a key for a bastion that is not there", () => {
    expect(only({ ...staticConfig, sshProxyPrivateKey: sshKey })).toBe(
      "sshProxyPrivateKey: there is no machines.ssh.proxy that would accept it",
    );
  });
});
