import { describe, expect, test } from "vitest";
import { type Member, memberLine, members } from "../support/leaver";
import { shell } from "../support/shell";

const [a, b, c] = members;
const learner = { id: "d4", name: "cp-4", host: "10.0.0.14", learner: true };

/** What etcd says: its members, of which those at these addresses do not answer. */
const etcdctl = `case $* in
  *" member list "*) [ ! -e $there/input/silent ] || exit 1; cat $there/input/list ;;
  *" endpoint health"*) ! grep -qxF -- "\${1#--endpoints=}" $there/input/dead ;;
  *) echo "$*" >>$there/calls ;;
esac`;

function spared(id: string, list: Member[], dead: string[] = []) {
  const { status, stdout } = shell(`leaving_spared ${id} || exit 1`, {
    libraries: ["leaving"],
    programs: { etcdctl },
    input: { list: list.map(memberLine).join(""), dead: dead.map((host) => `https://${host}:2379\n`).join("") },
  });
  return { status, said: stdout };
}

const counted = (voters: number, healthy: number, learners: number, answers: string) =>
  `without it ${voters} voters, ${healthy} of them healthy, 2 needed, ${learners} learners in flight (${answers})\n`;

describe("who may leave", () => {
  test("is whom a quorum of the others can spare, each of which is asked itself", () => {
    expect(spared("b2", members)).toEqual({ status: 0, said: counted(2, 2, 0, "cp-1 healthy, cp-3 healthy") });
    expect(spared("b2", members, [c.host])).toEqual({
      status: 1,
      said: counted(2, 1, 0, "cp-1 healthy, cp-3 does not answer"),
    });
    expect(spared("b2", members, [b.host]).status, "a dead one").toBe(0);
  });

  test("is nobody where a single voter would stay, whatever the quorum says", () => {
    expect(spared("b2", [a, b]).said).toContain("2 voters are to stay: one machine after the other\n");
    expect(spared("b2", [a, b]).status).toBe(1);
    expect(spared("b2", [a, b, learner]).status).toBe(1);
  });

  test("is nobody while a learner is in flight, and a learner itself as long as two voters stay", () => {
    expect(spared("b2", [a, b, c, learner])).toEqual({
      status: 1,
      said: counted(2, 2, 1, "cp-1 healthy, cp-3 healthy"),
    });
    expect(spared("d4", [a, b, learner])).toEqual({ status: 0, said: "" });
    expect(spared("d4", [a, learner]).status).toBe(1);
  });

  test("is nobody where etcd does not tell its members", () => {
    const { status } = shell("leaving_spared b2 || exit 1", {
      libraries: ["leaving"],
      programs: { etcdctl },
      input: { silent: "" },
    });
    expect(status).toBe(1);
  });
});

/** An etcdctl that holds the lock as etcd's does, and notes when it has it and when it gives it back. */
const holder = `echo "$1 $2 $# \${*: -3}" >>$there/words
until mkdir $there/lock 2>/dev/null; do sleep 0.1; done
trap 'rmdir $there/lock; echo free >>$there/events; exit' TERM
echo "kubeadm-ha/etcd/1"; echo held >>$there/events; while :; do sleep 0.1; done`;
const hold = (lines: string, programs: Record<string, string> = { etcdctl: holder }) =>
  shell(`etcd_use https://a:2379,https://c:2379\n${lines}\n`, { libraries: ["etcd"], programs });
/** Until what went on beside the lines has ended, too. */
const wait = "for i in {1..50}; do [ -e $there/lock ] || break; sleep 0.1; done";

describe("the lock of the cluster", () => {
  test("is taken by way of the members that are asked, and is free when it is given back", () => {
    const { status, stdout, stderr, read } = hold(
      "etcd_hold 20; ls -d $there/lock; etcd_release; ls -d $there/lock 2>/dev/null || echo free; etcd_release",
    );
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/\/lock\nfree\n$/);
    expect(read("events")).toBe("held\nfree\n");
    expect(read("words")).toMatch(
      /^--endpoints=https:\/\/a:2379,https:\/\/c:2379 .* lock --ttl=30 kubeadm-ha\/etcd\n$/,
    );
  });

  test.each([
    ["ends", "exit 0"],
    ["fails", "fail nothing"],
    ["is killed", "kill -KILL $$"],
    ["is killed by its limit", "kill -TERM $$; sleep 1"],
  ])("is free when the shell that holds it %s", (_, end) => {
    const { read, stderr } = hold(`bash -euc '
      . $0; INPUT=$1 there=$2; load etcd; etcd_hold 20; ${end}' "$ROOMS/shell/load.sh" $INPUT $there || true
      ${wait}`);
    expect(read("events"), stderr).toBe("held\nfree\n");
  });

  test("is waited for while it is another machine's turn", () => {
    const { status, stderr, read } = hold(
      `mkdir $there/lock; (sleep 1; echo over >>$there/events; rmdir $there/lock) & etcd_hold 20; etcd_release`,
    );
    expect(status, stderr).toBe(0);
    expect(read("events")).toBe("over\nheld\nfree\n");
  });

  test("is not waited for longer than that, and who waits leaves the queue", () => {
    const { status, stderr, read } = hold("mkdir $there/lock; etcd_hold 1");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: waited \d s for another machine's turn to be over, of those that change etcd's members; last seen: \n$/,
    );
    expect(read("events")).toBe("");
  });

  test("is asked for three times where etcd gives it to nobody, with etcd's own words", () => {
    const { status, stderr, read } = hold("etcd_hold 20; echo held", {
      etcdctl: 'echo asked >>$there/events; echo "Error: context deadline exceeded" >&2; exit 1',
    });
    expect(status).toBe(1);
    expect(read("events")).toBe("asked\nasked\nasked\n");
    expect(stderr).toBe(`error: etcd gives nobody its lock: Error: context deadline exceeded, 3 times
  expected: a majority of its members up
  to do: see what is wrong with them; 'pulumi up' tries again
`);
  });

  test("is had at the third attempt, too", () => {
    const once = `echo asked >>$there/asked; [ "$(wc -l <$there/asked)" -ge 3 ] || exit 1\n${holder}`;
    const { status, stderr, read } = hold("etcd_hold 20; etcd_release", { etcdctl: once });
    expect(status, stderr).toBe(0);
    expect(read("events")).toBe("held\nfree\n");
  });
});
