import { describe, expect, test } from "vitest";
import { type Member, memberLine, members } from "../support/leaver";
import { type Run, settle } from "../support/roster";
import { runStep } from "../support/run-step";

/** A cluster of cp-1 and cp-3 by its list, in which cp-2 was; with these Nodes and these members. */
function cluster({ former = "cp-2", nodes = "cp-1 cp-2 cp-3", list = members, ...more }: Partial<Straggling>): Run {
  return {
    kubectl: `case $words in
      "-n kube-system get configmap kubeadm-ha-nodes "*) printf '%s\\n' 'cp-1 10.0.0.11' 'cp-3 10.0.0.13' '' -- ${former}; exit ;;
      "get nodes -l node-role"*) printf '%s\\n' ${nodes}; exit ;;
      "get node "*" -o name") [[ " ${nodes} " != *" $6 "* ]] || echo node/$6; exit ;;
      "get node cp-2 "*Ready*) echo Unknown; exit ;;
    esac`,
    etcdctl: `case $* in
      *" member list "*)
        printf '%s' '${list.map(memberLine).join("")}' | grep -vf <(sed 's/^/^/' $there/removed 2>/dev/null) ;;
      *" endpoint health"*) [[ $1 != *10.0.0.12* ]] ;;
      *" endpoint status "*) echo '"Leader" : 161' ;;
      *" member remove "*) echo "\${*: -1}" >>$there/removed; echo "etcd removes \${*: -1}" >>$there/changed ;;
      *" lock "*) echo key; echo "etcd is locked" >>$there/changed; exec sleep 30 ;;
    esac`,
    ...more,
  };
}
interface Straggling extends Run {
  former: string;
  nodes: string;
  list: Member[];
}

const forgotten = (name: string) => [
  `delete node ${name} --ignore-not-found`,
  `-n kube-node-lease delete lease ${name} --ignore-not-found`,
  `-n kube-system delete lease --ignore-not-found -l apiserver.kubernetes.io/identity=kube-apiserver,kubernetes.io/hostname=${name}`,
];
const marked = ["annotate node cp-2 --overwrite kubeadm-ha/leaving=true", "cordon cp-2"];

describe("a control plane of an earlier list that has not left by itself", () => {
  test("is taken out: its member under the lock, then its Node and its leases", () => {
    const { status, stderr, changed } = settle(cluster({}));
    expect({ status, changed }, stderr).toEqual({
      status: 0,
      changed: [...marked, "etcd is locked", "etcd removes b2", ...forgotten("cp-2")],
    });
    expect(stderr).toContain("taking cp-2 out of the cluster, which did not leave by itself\n");
    expect(stderr).toContain("cp-2 is out of the cluster\n");
  });

  test("is taken out where it has a member alone, or a Node alone", () => {
    const member = settle(cluster({ nodes: "cp-1 cp-3" }));
    expect(member.changed).toEqual(["etcd is locked", "etcd removes b2", ...forgotten("cp-2")]);
    const node = settle(cluster({ list: [members[0], members[2]] }));
    expect(node.changed).toEqual([...marked, ...forgotten("cp-2")]);
  });

  test("stays where etcd cannot spare it, and that is said", () => {
    const list = [members[1], members[0]];
    const { status, stderr, changed } = settle(cluster({ list, deadline: 3 }));
    expect({ status, changed }).toEqual({ status: 1, changed: [] });
    expect(stderr).toContain("2 voters are to stay: one machine after the other\n");
  });

  test("asks no etcd where that is on other machines", () => {
    const { status, changed } = settle({ ...cluster({}), etcdctl: undefined });
    expect({ status, changed }).toEqual({ status: 0, changed: [...marked, ...forgotten("cp-2")] });
  });
});

describe("nobody is taken out", () => {
  test.each<[string, Partial<Straggling>]>([
    ["where the former list is empty", { former: "" }],
    ["who was in no list ever", { former: "cp-9" }],
    ["who was a worker of an earlier list, and is gone", { former: "worker-1" }],
    ["whose name another's begins with, or is a pattern of", { former: "cp cp-22 cp.2" }],
  ])("%s", (_, straggling) => {
    expect(settle(cluster(straggling))).toMatchObject({ status: 0, changed: [] });
  });

  test("on a control plane whose etcd does not answer: another one is asked", () => {
    const { status, changed } = settle({ ...cluster({}), etcdctl: "exit 1" });
    expect({ status, changed }).toEqual({ status: 75, changed: [] });
  });

  test("where the API does not tell who has a Node, which is no success", () => {
    const run = cluster({ deadline: 2 });
    const kubectl = `case $words in "get nodes -l"*) exit 1 ;; esac\n${run.kubectl}`;
    const { status, stderr, changed } = settle({ ...run, kubectl });
    expect({ status, changed }).toEqual({ status: 1, changed: [] });
    expect(stderr).toContain("for the API server to answer 'kubectl get nodes -l'");
  });

  test("where etcd does not tell its members, which is no success either", () => {
    const run = cluster({ nodes: "cp-1 cp-3", deadline: 2 });
    const etcdctl = `[[ $* != *" member list "* ]] || exit 1\n${run.etcdctl}`;
    const { status, stderr, changed } = settle({ ...run, etcdctl });
    expect({ status, changed }).toEqual({ status: 1, changed: [] });
    expect(stderr).toContain("for the member list of etcd");
  });

  test("where the list cannot be read", () => {
    const run = cluster({ deadline: 2 });
    const kubectl = `case $words in *configmap*) exit 1 ;; esac\n${run.kubectl}`;
    const { status, stderr, changed } = settle({ ...run, kubectl });
    expect({ status, changed }).toEqual({ status: 1, changed: [] });
    expect(stderr).toContain("for the list of who is in the cluster");
  });
});

describe("the list of who is in the cluster", () => {
  const nodes = (names: string[]) => names.map((name) => `${name} 10.0.0.1 DNS:${name}.example.com\n`).join("");
  /** Admits these, where the list was OLD and the former one FORMER; undefined: there is none. */
  function admit(names: string[], old?: string[], former: string[] = []) {
    const answer = old ? `${nodes(old)}\n--\n${former.map((name) => `${name}\n`).join("")}` : "";
    const { read, ...ended } = runStep("roster/admit.sh", {
      args: [names.join(",")],
      input: { nodes: nodes(names) },
      files: { answer },
      programs: {
        kubectl: `case $* in
          *" get configmap "*) cat $there/answer ;;
          *" create configmap "*) for word; do case $word in
            --from-file=*/nodes) cat "\${word#*=}" >$there/nodes ;; --from-file=*/former) cat "\${word#*=}" >$there/former ;;
          esac; done ;;
        esac`,
      },
    });
    return { ...ended, nodes: read("nodes"), former: read("former").split("\n").filter(Boolean) };
  }

  test("notes who was in it and is no more, beside whom an earlier one had", () => {
    expect(admit(["cp-1", "cp-3"], ["cp-1", "cp-2", "cp-3"], ["cp-0"])).toMatchObject({
      status: 0,
      nodes: nodes(["cp-1", "cp-3"]),
      former: ["cp-0", "cp-2"],
    });
  });

  test("has nobody among the former ones who is in it again", () => {
    expect(admit(["cp-1", "cp-2"], ["cp-1"], ["cp-2", "cp-3"]).former).toEqual(["cp-3"]);
    expect(admit(["cp-1"], ["cp-1"], ["cp-1"]).former).toEqual([]);
  });

  test("tells names apart that begin alike", () => {
    expect(admit(["cp-1", "cp-11"], ["cp-1", "cp-11", "cp-111"], ["cp.1"]).former).toEqual(["cp-111", "cp.1"]);
  });

  test("has no former ones where there was none, and they stay when it is made again", () => {
    expect(admit(["cp-1"]).former).toEqual([]);
    expect(admit(["cp-1"], ["cp-1"], ["cp-2"]).former).toEqual(["cp-2"]);
  });

  test("is not overwritten where the one that there is cannot be read", () => {
    const { status, read } = runStep("roster/admit.sh", {
      args: ["cp-1"],
      input: { nodes: nodes(["cp-1"]) },
      programs: { kubectl: 'case $* in *" get configmap "*) exit 1 ;; *apply*) touch $there/applied ;; esac' },
      deadline: 2,
    });
    expect({ status, applied: read("applied") }).toEqual({ status: 1, applied: "" });
  });
});
