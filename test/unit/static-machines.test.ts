import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { staticMachines } from "../../components";
import { shell } from "../support/shell";

const leave = readFileSync(join(__dirname, "../../components/load-balancer/leave.sh"), "utf8");

const ssh = { user: "root", port: 22, privateKey: "KEY" };
const identity = (hostKey: string, more: object = {}) => {
  const [machine] = staticMachines([{ name: "lb-1", address: "192.0.2.8", hostKey, ...more }], ssh);
  return { instanceId: machine.instanceId, hostKey: machine.ssh.hostKey };
};

test("a comment behind a host key says nothing of the machine", () => {
  const bare = identity("ssh-ed25519 AAAA");
  expect(bare.instanceId).toBe("192.0.2.8 ssh-ed25519 AAAA");
  expect(identity("ssh-ed25519 AAAA root@lb-1")).toEqual(bare);
  expect(identity(" ssh-ed25519   AAAA  somebody else ")).toEqual(bare);
  expect(identity("ssh-ed25519 BBBB root@lb-1")).not.toEqual(bare);
});

test("a machine that was installed again, and has address and host key as before, is told by its instanceId", () => {
  const before = identity("ssh-ed25519 AAAA");
  const after = identity("ssh-ed25519 AAAA", { instanceId: "2" });
  expect(after).toEqual({ ...before, instanceId: "192.0.2.8 ssh-ed25519 AAAA 2" });
});

/** Whether the load balancer of a machine with this owner's file goes on when lb-1, instance A, is removed. */
const goesOn = (owner: string) => {
  const { status, stdout, stderr, there } = shell(
    `still_owner() { ${/still_owner\(\) \{\n([\s\S]*?)\n\}/.exec(leave)?.[1]}\n}
     SERVICE_OWNER=$INPUT/owner; if still_owner lb-1; then echo leaves; else echo goes on; fi`,
    { input: { owner, "instance-id": "192.0.2.8 ssh-ed25519 AAAA\n" } },
  );
  expect(status, `${stderr} in ${there}`).toBe(0);
  return stdout.trim();
};

test.each([
  ["the very machine that is removed", "lb-1\n192.0.2.8 ssh-ed25519 AAAA\n", "leaves"],
  ["one that version 0.1 made, which noted no instance", "lb-1\n", "leaves"],
  ["one that has come back as another instance", "lb-1\n192.0.2.8 ssh-ed25519 BBBB\n", "goes on"],
  ["one that has come back under another name", "lb-2\n192.0.2.8 ssh-ed25519 AAAA\n", "goes on"],
])("a load balancer that is removed: %s", (_, owner, outcome) => expect(goesOn(owner)).toBe(outcome));
