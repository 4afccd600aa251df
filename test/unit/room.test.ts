import { describe, expect, test } from "vitest";
import { type Member, memberLine, members } from "../support/leaver";
import { shell } from "../support/shell";

const [a, b, c] = members;
const unstarted = { id: "d4", host: "10.0.0.14", learner: true };

/** What room_make does for cp-4 where these are in the list, these are members, and these do not answer. */
function room(
  list: string[],
  dead: Member[],
  { of = members, version = "3.6.10", deadline = 2, before = "", node = "cp-4" } = {},
) {
  const urls = dead.map(({ host }) => `https://${host}:2379\n`).join("");
  const { read, ...ended } = shell(`DEADLINE=$((SECONDS + ${deadline})); room_make ${node}`, {
    libraries: ["control-plane/room"],
    input: {
      nodes: list.map((name) => `${name} 10.0.0.1 DNS:${name}.example.com\n`).join(""),
      members: of.map(memberLine).join(""),
      dead: urls,
    },
    programs: {
      kubectl: `${before}\ncat $there/input/nodes; echo --`,
      etcdctl: `case $* in
        *" member list "*) cat $there/input/members ;;
        *" endpoint health"*) ! grep -qxF -- "\${1#--endpoints=}" $there/input/dead ;;
        *" endpoint status "*) printf '"Version" : "%s"\\n' ${version}; [ ! -s $there/input/dead ] ;;
        *" lock "*) echo held; exec sleep 60 ;;
        *" member remove "*) sed -i "/^\${*: -1},/d" $there/input/members; echo "\${*: -1}" >>$there/removed ;;
      esac`,
    },
  });
  return { ...ended, removed: read("removed").split("\n").filter(Boolean) };
}

describe("room in etcd for one more member", () => {
  test("is there while all voters answer, and nobody is removed", () => {
    expect(room(["cp-1", "cp-2", "cp-3", "cp-4"], [])).toMatchObject({ status: 0, removed: [] });
  });

  test("is made by removing a voter that does not answer and is in no list any more", () => {
    const { status, stderr, removed } = room(["cp-1", "cp-3", "cp-4"], [b]);
    expect({ status, removed }, stderr).toEqual({ status: 0, removed: ["b2"] });
    expect(stderr).toContain(
      "removing the member cp-2, which is in no list any more and does not answer (b2) from etcd\n",
    );
  });

  test("is not made at the expense of one that is in no list and answers: it leaves in its own turn", () => {
    expect(room(["cp-1", "cp-3", "cp-4"], [])).toMatchObject({ status: 0, removed: [] });
  });

  test("is none while one of the list does not answer, and it is said which", () => {
    const { status, stderr, removed } = room(["cp-1", "cp-2", "cp-3", "cp-4"], [b]);
    expect({ status, removed }).toEqual({ status: 1, removed: [] });
    expect(stderr).toMatch(
      /^error: waited \d s for etcd to be able to take a member; last seen: etcd takes none while one does not answer: cp-2; bring it back, or take it off the list\n$/,
    );
  });

  test.each([
    ["3.6.9", 1],
    ["3.6.10", 1],
    ["3.6.11", 0],
    ["3.6.12", 0],
    ["3.7.0", 0],
    ["3.10.1", 0],
    ["3.5.21", 1],
    ["", 1],
  ])("is there in spite of that with an etcd %s: %i", (version, status) => {
    expect(room(["cp-1", "cp-2", "cp-3", "cp-4"], [b], { version }).status).toBe(status);
  });

  test("is what the oldest of the members has", () => {
    const two = { version: `3.6.12; printf '"Version" : "3.6.10"\\n'` };
    expect(room(["cp-1", "cp-2", "cp-3", "cp-4"], [b], two).status).toBe(1);
  });

  test("is not made at the expense of one of a list that is long", () => {
    const workers = Array.from({ length: 10_000 }, (_, i) => `worker-${i}`);
    const { status, removed } = room(["cp-1", "cp-2", "cp-3", "cp-4", ...workers], [b]);
    expect({ status, removed }).toEqual({ status: 1, removed: [] });
  });

  test("is not made where etcd cannot spare who is dead, beside another one", () => {
    const { status, stderr, removed } = room(["cp-1", "cp-4"], [b, c]);
    expect({ status, removed }).toEqual({ status: 1, removed: [] });
    expect(stderr).toContain("without it 2 voters, 1 of them healthy, 2 needed");
  });

  test("waits for the list of this very run, which has who joins", () => {
    const { status, stderr } = room(["cp-1", "cp-3"], [b]);
    expect(status).toBe(1);
    expect(stderr).toContain("last seen: cp-4 is not in the cluster's list of machines yet\n");
    const later = room(["cp-1", "cp-3"], [b], {
      before: "echo x >>$there/asked; [ $(wc -l <$there/asked) -lt 3 ] || echo 'cp-4 10.0.0.14'",
      deadline: 20,
    });
    expect(later).toMatchObject({ status: 0, removed: ["b2"] });
  });

  test("is not asked of a learner, nor of one that was never started", () => {
    expect(room(["cp-1", "cp-2", "cp-3", "cp-4"], [], { of: [...members, unstarted] }).status).toBe(0);
    const voter = { ...unstarted, learner: false };
    expect(room(["cp-1", "cp-2", "cp-3", "cp-4"], [], { of: [a, b, voter] }).status).toBe(0);
  });
});
