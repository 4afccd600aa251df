import { describe, expect, test } from "vitest";
import { type Around, Leaver, members, nodes } from "../support/leaver";

const script = "control-plane/leave.sh";
const leave = (around: Around = {}, { mode = "keep", node = "cp-2", deadline = 30 } = {}) => {
  const { machine, run } = prepared(around);
  return { machine, ...run([node, mode], deadline) };
};
const prepared = (around: Around) => {
  const leaver = new Leaver(around).controlPlane();
  return { machine: leaver.machine, run: (args: string[], deadline = 30) => leaver.run(script, args, deadline) };
};

const api = "[https://10.0.0.11:6443]";
const others = "[https://10.0.0.11:2379,https://10.0.0.13:2379]";
const drained = [
  `annotate node cp-2 --overwrite kubeadm-ha/leaving=true ${api}`,
  `cordon cp-2 ${api}`,
  `drain cp-2 --ignore-daemonsets --delete-emptydir-data --force --timeout=20s ${api}`,
];
const forgotten = [
  `delete node cp-2 --ignore-not-found ${api}`,
  `-n kube-node-lease delete lease cp-2 --ignore-not-found ${api}`,
  "-n kube-system delete lease --ignore-not-found " +
    `-l apiserver.kubernetes.io/identity=kube-apiserver,kubernetes.io/hostname=cp-2 ${api}`,
];
const inOrder = [
  ...drained,
  `lock is held ${others}`,
  "left: etcd.yaml",
  "leader is a1 [https://10.0.0.12:2379]",
  `removed b2 ${others}`,
  "lock is free",
  "left: *.yaml",
  ...forgotten,
];
const pods = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"];

/** What the machine still has by which it is a control plane. */
const has = (machine: Leaver["machine"]) =>
  machine.below("/etc/kubernetes").filter((name) => /\.yaml$|admin\.conf$/.test(name));
const everything = ["admin.conf", ...pods.map((pod) => `manifests/${pod}.yaml`), "super-admin.conf"];

describe("a control plane that leaves", () => {
  test("moves its pods, then ends its API server, hands over, is removed by the others, and is forgotten", () => {
    const { status, stderr, events, asked, machine } = leave({ leader: "b2" });
    expect({ status, events }, stderr).toEqual({ status: 0, events: inOrder });
    expect(asked).not.toContain("asked https://10.0.0.12:2379");
    expect(has(machine)).toEqual([]);
    expect(machine.read("members")).not.toContain("b2");
    expect(stderr).toContain("cp-2 has left the cluster\n");
  });

  test("has etcd asked whether it can be spared before anything of it ends, and under the lock", () => {
    const programs = {
      etcdctl:
        '[[ $* != *" endpoint health" ]] || { ls $there/lock $there/root/etc/kubernetes/manifests | xargs; } >>$there/during',
    };
    const { machine, status } = leave({ programs });
    expect(status).toBe(0);
    const during = machine.read("during").split("\n");
    expect(during[0]).toContain("kube-apiserver.yaml");
    expect(machine.read("during")).not.toContain("No such file");
  });

  test("hands nothing over where another one leads", () => {
    expect(leave().events).toEqual(inOrder.filter((event) => !event.startsWith("leader")));
  });

  test("is kept as it is where the machine goes with the stack, and else is reset", () => {
    const kept = leave();
    expect(kept.machine.files().join("\n")).toMatch(/kubelet\.conf/);
    const { status, stderr, machine } = leave({}, { mode: "reset" });
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/cp-2 has left the cluster\n(.*\n)*.* is reset after \d+ s\n$/);
    expect(machine.files().filter((file) => /kubernetes\/|kubeadm-ha\/member/.test(file))).toEqual([]);
  });

  test("without a member of its own asks no etcd, for that is on other machines", () => {
    const { machine, run } = prepared({ programs: { etcdctl: 'echo "$*" >>$there/strange' } });
    machine.input("etcd-data-dir", "");
    const { status, events } = run(["cp-2", "keep"]);
    expect({ status, events }).toEqual({ status: 0, events: [...drained, "left: etcd.yaml", ...forgotten] });
    expect(machine.read("strange")).toBe("");
  });

  test("that is no member any more, and no Node, ends what still runs here", () => {
    const rest = { nodes: { "cp-1": nodes["cp-1"], "cp-3": nodes["cp-3"] }, members: [members[0], members[2]] };
    const { status, events, machine } = leave(rest);
    expect({ status, events }).toEqual({
      status: 0,
      events: [`lock is held ${others}`, "left: etcd.yaml", "lock is free", "left: *.yaml", ...forgotten],
    });
    expect(has(machine)).toEqual([]);
  });

  test("whose join was interrupted takes the learner with it that was never started, and has no name", () => {
    const { machine, run } = prepared({
      nodes: { "cp-1": nodes["cp-1"], "cp-3": nodes["cp-3"] },
      members: [members[0], members[2], { id: "b2", host: nodes["cp-2"], learner: true }],
    });
    const flag = "    - --initial-advertise-peer-urls=https://10.0.0.12:2380\n";
    machine.write("/etc/kubernetes/manifests/etcd.yaml", `    - etcd\n${flag}`);
    const { status, stderr, events } = run(["cp-2", "keep"]);
    expect(status, stderr).toBe(0);
    expect(events).toContain(`removed b2 ${others}`);
  });

  test("asks another API server that is ready, whichever the load balancer has", () => {
    const { status, events } = leave({ unready: [nodes["cp-1"]] });
    expect(status).toBe(0);
    expect(events[0]).toContain("[https://10.0.0.13:6443]");
  });
});

describe("nothing of a control plane ends", () => {
  test("where etcd cannot spare it, and it is said what each member answered", () => {
    const { status, stderr, events, machine } = leave({ dead: [nodes["cp-3"]] }, { deadline: 3 });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /error: waited \d s for an etcd that can spare cp-2; last seen: without it 2 voters, 1 of them healthy, 2 needed, 0 learners in flight \(cp-1 healthy, cp-3 does not answer\)\n/,
    );
    expect(events).toEqual([]);
    expect(has(machine)).toEqual(everything);
  });

  test("where it would leave a single voter", () => {
    const { status, stderr, machine } = leave({ members: members.slice(0, 2) }, { deadline: 3 });
    expect(status).toBe(1);
    expect(stderr).toContain("2 voters are to stay: one machine after the other\n");
    expect(has(machine)).toEqual(everything);
  });

  test("where no other API server is ready", () => {
    const { status, stderr, events, machine } = leave({ unready: [nodes["cp-1"], nodes["cp-3"]] }, { deadline: 2 });
    expect({ status, events }).toEqual({ status: 1, events: [] });
    expect(stderr).toMatch(
      /error: waited \d s for another control plane of the cluster to be ready; last seen: no other control plane of cp-1 10\.0\.0\.11, cp-2 10\.0\.0\.12, cp-3 10\.0\.0\.13 has a ready API server\n$/,
    );
    expect(has(machine)).toEqual(everything);
  });

  test("while another machine has the lock", () => {
    const { machine, run } = prepared({});
    machine.note("lock/of", "cp-3\n");
    const { status, stderr, events } = run(["cp-2", "keep"], 3);
    expect(status).toBe(1);
    expect(stderr).toContain("another machine's turn to be over, of those that change etcd's members");
    expect(events).toEqual(drained);
    expect(has(machine)).toEqual(everything);
  });

  test("where the API does not tell whether its Node is alive", () => {
    const programs = { kubectl: "case $* in *Ready*) exit 1 ;; esac" };
    const { status, stderr, events, machine } = leave({ programs }, { deadline: 2 });
    expect({ status, events }).toEqual({ status: 1, events: drained.slice(0, 2) });
    expect(stderr).toContain("for the API server to answer 'kubectl get node cp-2'");
    expect(has(machine)).toEqual(everything);
  });
});

test("a member is not removed while nobody knows whether its API server still serves", () => {
  const { status, stderr, machine } = leave({ programs: { ss: 'echo "ss: no answer" >&2; exit 1' } }, { deadline: 4 });
  expect(status).toBe(1);
  expect(stderr).toContain("for the API server of cp-2 to end; last seen: ss: no answer\n");
  expect(machine.read("members")).toContain("b2");
  expect(has(machine)).toEqual(["admin.conf", "manifests/etcd.yaml", "super-admin.conf"]);
});

describe("where the whole cluster goes", () => {
  test("nobody is asked, and the machine is reset", () => {
    const { machine, run } = prepared({});
    machine.write("/var/lib/kubeadm-ha/dissolving", `${Math.floor(Date.now() / 1000) - 60}\n`);
    const { status, stderr, events } = run(["cp-2", "reset"]);
    expect({ status, events }, stderr).toEqual({ status: 0, events: [] });
    expect(machine.read("calls")).not.toMatch(/^(kubectl|etcdctl|curl)/m);
    expect(has(machine)).toEqual([]);
  });

  test("was said too long ago, the others are asked", () => {
    const { machine, run } = prepared({});
    machine.write("/var/lib/kubeadm-ha/dissolving", `${Math.floor(Date.now() / 1000) - 3700}\n`);
    expect(run(["cp-2", "keep"]).events).toContain(`removed b2 ${others}`);
  });
});

describe("a machine is left as it is", () => {
  const untouched = (around: Around, change: (leaver: Leaver) => void = () => {}) => {
    const leaver = new Leaver(around).controlPlane();
    change(leaver);
    const before = leaver.machine.files();
    const { status, stderr, events } = leaver.run(script, ["cp-2", "reset"]);
    expect({ status, events }, stderr).toEqual({ status: 0, events: [] });
    expect(leaver.machine.files()).toEqual(before);
    expect(leaver.machine.read("calls")).not.toMatch(/^(kubectl|etcdctl|curl|systemctl)/m);
    return stderr;
  };

  test("that belongs to another cluster", () => {
    const other = (leaver: Leaver) => leaver.machine.write("/etc/kubernetes/pki/ca.crt", "another CA\n");
    expect(untouched({}, other)).toMatch(/belongs to another cluster now; it is left as it is\n$/);
  });

  test("that is another one of the cluster by now", () => {
    expect(untouched({ own: "cp-4" })).toMatch(/ is cp-4 of the cluster now; it is left as it is\n$/);
  });

  test("that is no control plane any more, but a worker, of another cluster or by another name", () => {
    const worker = (leaver: Leaver) => {
      for (const path of ["admin.conf", "super-admin.conf", "manifests"])
        leaver.machine.remove(`/etc/kubernetes/${path}`);
    };
    expect(untouched({ own: "worker-9" }, worker)).toMatch(/ is worker-9 of the cluster now; it is left as it is\n$/);
    const elsewhere = (leaver: Leaver) => {
      worker(leaver);
      leaver.machine.write("/etc/kubernetes/pki/ca.crt", "another CA\n");
    };
    expect(untouched({}, elsewhere)).toMatch(/belongs to another cluster now; it is left as it is\n$/);
  });
});

test.each(inOrder.filter((event) => !event.startsWith("left") && event !== "lock is free"))(
  "what was interrupted after '%s' is gone on with",
  (crash) => {
    const { machine, run } = prepared({ leader: "b2", crash });
    expect(run(["cp-2", "keep"]).events).toContain("crashed");
    const { status, stderr, events } = run(["cp-2", "keep"]);
    expect(status, stderr).toBe(0);
    expect(has(machine)).toEqual([]);
    expect(machine.read("members")).toMatch(/^a1.*\nc3.*\n$/);
    expect(machine.read("nodes")).toBe("cp-1 10.0.0.11\ncp-3 10.0.0.13\n");
    // The lock of the one that was killed is free, too.
    expect(events.filter((event) => event === "lock is free").length).toBe(
      events.filter((event) => event.startsWith("lock is held")).length,
    );
    expect(events.slice(-3)).toEqual(forgotten);
  },
);
