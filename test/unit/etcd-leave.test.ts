import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Around, Leaver, memberLine, members } from "../support/leaver";
import { ca } from "../support/left";

const script = "etcd/leave.sh";
const own = `${createHash("sha256").update(ca).digest("hex")}  -\n`;
const others = "[https://10.0.0.11:2379,https://10.0.0.13:2379]";

/** A machine of an external etcd, whose members have the names and addresses of the others' tests. */
function member(around: Around = {}, owner = own) {
  const leaver = new Leaver(around);
  const { machine } = leaver;
  machine.note("manifests", "\n");
  const data = `${machine.root}/var/lib/etcd`;
  if (owner) machine.write("/var/lib/kubeadm-ha/etcd", `${owner}${data}\n`);
  machine.write("/etc/kubernetes/pki/etcd/ca.crt", ca);
  machine.write("/var/lib/etcd/member/wal/0.wal", "data\n");
  machine.input("members", "cp-2 10.0.0.12\n");
  machine.input("data-dir", `${data}\n`);
  return leaver;
}
const leave = (leaver: Leaver, { mode = "keep", deadline = 30 } = {}) => leaver.run(script, ["cp-2", mode], deadline);
const calls = (leaver: Leaver) => leaver.machine.read("calls").split("\n");
const ended = "systemctl disable --quiet --now etcd";

describe("a member of an external etcd that leaves", () => {
  test("hands over, is removed by the others under the lock, and ends", () => {
    const leaver = member({ leader: "b2" });
    const { status, stderr, events } = leave(leaver);
    expect({ status, events }, stderr).toEqual({
      status: 0,
      events: [
        `lock is held ${others}`,
        "leader is a1 [https://10.0.0.12:2379]",
        `removed b2 ${others}`,
        "lock is free",
      ],
    });
    expect(calls(leaver)).toContain(ended);
    expect(leaver.machine.below("/var/lib/etcd")).toContain("member/wal/0.wal");
  });

  test("is known by its address, be it that it was never started", () => {
    const unstarted = { id: "b2", host: "10.0.0.12", learner: true };
    expect(leave(member({ members: [members[0], unstarted, members[2]] })).events).toContain(`removed b2 ${others}`);
  });

  test("is reset where somebody else owns the machine", () => {
    const leaver = member();
    const { status, stderr } = leave(leaver, { mode: "reset" });
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/cp-2 has left etcd\n(.*\n)*.* is reset after \d+ s\n$/);
    expect(leaver.machine.below("/var/lib/etcd")).toEqual([]);
    expect(leaver.machine.below("/etc/kubernetes")).toEqual([]);
  });

  test("stays where etcd cannot spare it, and runs on", () => {
    const leaver = member({ dead: ["10.0.0.13"] });
    const { status, stderr, events } = leave(leaver, { mode: "reset", deadline: 3 });
    expect({ status, events }).toEqual({ status: 1, events: [`lock is held ${others}`, "lock is free"] });
    expect(stderr).toContain(
      "1 of them healthy, 2 needed, 0 learners in flight (cp-1 healthy, cp-3 does not answer)\n",
    );
    expect(leaver.machine.below("/var/lib/etcd")).toContain("member/wal/0.wal");
    expect(calls(leaver)).not.toContain(ended);
  });

  test("and does not answer here is left to the others, and that is said", () => {
    const leaver = member({ programs: { etcdctl: "exit 1" } });
    const { status, stderr, events } = leave(leaver);
    expect({ status, events }).toEqual({ status: 0, events: [] });
    expect(stderr).toContain("note: etcd on cp-2 does not answer; its member is removed by the others\n");
    expect(calls(leaver)).toContain(ended);
  });

  test("that is none any more by the others' word asks nobody else", () => {
    const { status, events } = leave(member({ members: [members[0], members[2]] }));
    expect({ status, events }).toEqual({ status: 0, events: [] });
  });

  test("asks nobody where all of it goes", () => {
    const leaver = member();
    leaver.machine.write("/var/lib/kubeadm-ha/dissolving", `${Math.floor(Date.now() / 1000)}\n`);
    const { status, events } = leave(leaver, { mode: "reset" });
    expect({ status, events }).toEqual({ status: 0, events: [] });
    expect(calls(leaver).filter((line) => line.startsWith("etcdctl"))).toEqual([]);
    expect(leaver.machine.below("/var/lib/etcd")).toEqual([]);
  });

  test.each([`lock is held ${others}`, `removed b2 ${others}`])("is gone on with after '%s'", (crash) => {
    const leaver = member({ crash });
    expect(leave(leaver).events).toContain("crashed");
    const { status, stderr } = leave(leaver);
    expect(status, stderr).toBe(0);
    expect(leaver.machine.read("members")).toBe([members[0], members[2]].map(memberLine).join(""));
    expect(leaver.machine.read("holder")).toBe("");
  });
});

test.each([
  ["of another cluster", "another\n"],
  ["that did not come from here", ""],
])("an etcd %s is left alone", (_, owner) => {
  const leaver = member({}, owner);
  leaver.machine.remove("/etc/kubernetes");
  const before = leaver.machine.files();
  const { status, stderr, events } = leave(leaver, { mode: "reset" });
  expect({ status, events }, stderr).toEqual({ status: 0, events: [] });
  expect(leaver.machine.files()).toEqual(before);
  expect(calls(leaver).filter((line) => /systemctl (stop|disable)|etcdctl/.test(line))).toEqual([]);
});
