import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { shell } from "../support/shell";

const script = readFileSync(join(__dirname, "../../components/control-plane/join.sh"), "utf8");
const body = /correct_initial_cluster\(\) \{\n([\s\S]*?)\n\}/.exec(script)?.[1];

const manifest = (cluster: string) => `spec:
  containers:
  - command:
    - etcd
    - --initial-cluster=${cluster}
    - --initial-cluster-state=existing
`;

/** What becomes of the manifest of etcd on cp-2 while it joins, where etcd lists these members. */
function joining(cluster: string, members: string[], { started = false, answers = true } = {}) {
  const { status, stderr, stdout, there } = shell(
    `MANIFESTS=$there/manifests NODE_ETCD_DATA=$there/etcd
     mkdir -p $MANIFESTS && cp $INPUT/manifest $MANIFESTS/etcd.yaml
     ${started ? "mkdir -p $NODE_ETCD_DATA/member/wal" : "mkdir -p $NODE_ETCD_DATA/member/snap"}
     etcd_members() { ${answers ? "cat $INPUT/list" : "return 1"}; }
     correct_initial_cluster() {\n${body}\n}
     correct_initial_cluster cp-2 https://10.0.0.12:2380
     sed -n 's/.*--initial-cluster=//p' $MANIFESTS/etcd.yaml; stat -c %a $MANIFESTS/etcd.yaml`,
    { libraries: ["etcd"], input: { manifest: manifest(cluster), list: `${members.join("\n")}\n` } },
  );
  expect(status, `${stderr} in ${there}`).toBe(0);
  expect(existsSync(join(there, "manifests/.etcd.yaml.new"))).toBe(false);
  const [named] = stdout.split("\n");
  return { named, said: stderr };
}

const cp1 = "a1|started|cp-1|https://10.0.0.11:2380|https://10.0.0.11:2379|false";
const cp2 = "b2|unstarted||https://10.0.0.12:2380||true";
const cp3 = "c3|started|cp-3|https://10.0.0.13:2380|https://10.0.0.13:2379|false";
const all = "cp-3=https://10.0.0.13:2380,cp-2=https://10.0.0.12:2380,cp-1=https://10.0.0.11:2380";

describe("etcd that has not started yet, on a machine that joins", () => {
  test("is to start among the members that there are, where one was removed after kubeadm had asked for them", () => {
    const { named, said } = joining(all, [cp2, cp1]);
    expect(named).toBe("cp-1=https://10.0.0.11:2380,cp-2=https://10.0.0.12:2380");
    expect(said).toContain("etcd is to start among the members that there are now: cp-1=");
  });

  test.each([
    ["where nothing was removed", [cp3, cp1, cp2], {}],
    ["once it has started: it never looks at them again", [cp2, cp1], { started: true }],
    ["where etcd does not answer", [cp2, cp1], { answers: false }],
    ["where it is no member itself, so that its flag is an earlier one's", [cp1], {}],
  ])("keeps what kubeadm wrote %s", (_, members, more) => {
    expect(joining(all, members, more)).toEqual({ named: all, said: "" });
  });
});

test("a member is not removed while another machine's learner is in flight; the learner itself is", () => {
  const removal = (id: string, members: string[]) =>
    shell(
      `etcd_members() { cat $INPUT/list; }
       etcd_ctl() { echo "$*" >>$there/calls; }
       etcd_try_remove ${id}`,
      { libraries: ["etcd"], input: { list: `${members.join("\n")}\n` } },
    );
  const refused = removal("c3", [cp1, cp2, cp3]);
  expect(refused.status).toBe(1);
  expect(refused.stdout).toContain("a learner is in flight");
  expect(existsSync(join(refused.there, "calls"))).toBe(false);
  for (const [id, members] of [
    ["c3", [cp1, cp3]],
    ["b2", [cp1, cp2, cp3]],
  ] as const) {
    const { status, there } = removal(id, [...members]);
    expect(status).toBe(0);
    expect(readFileSync(join(there, "calls"), "utf8")).toBe(`member remove ${id}\n`);
  }
});
