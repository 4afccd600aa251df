import { describe, expect, test } from "vitest";
import { type Around, Leaver } from "../support/leaver";

const script = "workers/leave.sh";
const pods = ["ReplicaSet default web-1", "DaemonSet kube-system flannel-x", "Node kube-system proxy", " default bare"];
const podsThere = pods.map((line) => `${line}\n`).join("");
const api = "[https://api.example.com:6443]";

/** A kubectl with pods that go when they are evicted, but for those whose budget says no. */
const kubectl = `case $* in
  *" get pods "*) cat $there/pods; exit ;;
  *" create --raw "*) namespace=$(cut -d/ -f5 <<<"$6") name=$(cut -d/ -f7 <<<"$6")
    [ "$namespace/$name" != "$(cat $there/budget)" ] || { echo "a budget says no" >&2; exit 1; }
    sed -i "/ $namespace $name$/d" $there/pods; cat >>$there/evictions; echo >>$there/evictions; exit ;;
  *" get node "*dissolving*) cat $there/said; exit ;;
esac`;

function worker(around: Around = {}, change: (leaver: Leaver) => void = () => {}) {
  const programs = { kubectl, ...around.programs };
  const leaver = new Leaver({ nodes: { "w-1": "10.0.0.21" }, own: "w-1", ...around, programs }).controlPlane();
  for (const path of ["admin.conf", "super-admin.conf", "manifests"]) leaver.machine.remove(`/etc/kubernetes/${path}`);
  leaver.machine.note("manifests", "\n");
  for (const [name, text] of Object.entries({ pods: podsThere, budget: "", said: "" })) leaver.machine.note(name, text);
  change(leaver);
  return leaver;
}

const leave = (leaver: Leaver, { mode = "keep", deadline = 30 } = {}) => leaver.run(script, ["w-1", mode], deadline);
const now = () => `${Math.floor(Date.now() / 1000)}`;

describe("a worker that leaves", () => {
  test("has its pods evicted in its own name, but for a DaemonSet's and static ones", () => {
    const leaver = worker();
    const { status, stderr, events } = leave(leaver);
    expect({ status, events }, stderr).toEqual({
      status: 0,
      events: [`annotate node w-1 --overwrite kubeadm-ha/leaving=true ${api}`, `cordon w-1 ${api}`],
    });
    const evicted = leaver.machine.read("evictions").split("\n").filter(Boolean);
    expect(evicted.map((text) => JSON.parse(text))).toEqual(
      ["web-1", "bare"].map((name) => ({
        apiVersion: "policy/v1",
        kind: "Eviction",
        metadata: { namespace: "default", name },
      })),
    );
    expect(leaver.machine.read("pods")).toBe(`${pods[1]}\n${pods[2]}\n`);
    const asked = leaver.machine.read("calls").split("\n");
    expect(asked.filter((line) => /^kubectl(?!.*\/etc\/kubernetes\/kubelet\.conf )/.test(line))).toEqual([]);
  });

  test("is not reset while a disruption budget says no, and it is said which pods are left", () => {
    const leaver = worker({}, ({ machine }) => machine.note("budget", "default/bare"));
    const before = leaver.machine.files();
    const { status, stderr } = leave(leaver, { mode: "reset", deadline: 3 });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /error: waited \d s for the pods of w-1 to go \(see 'kubectl get poddisruptionbudgets --all-namespaces'\); last seen: a budget says no\npods are left on w-1: default\/bare \n$/,
    );
    expect(leaver.machine.files()).toEqual(before);
  });

  test("is reset once they are gone", () => {
    const leaver = worker();
    const { status, stderr } = leave(leaver, { mode: "reset" });
    expect(status, stderr).toBe(0);
    expect(leaver.machine.read("pods")).not.toContain("default");
    expect(leaver.machine.files().filter((file) => /kubernetes\/|kubeadm-ha\/member/.test(file))).toEqual([]);
  });
});

describe("no pod of a worker is waited for", () => {
  test.each<[string, Around, (leaver: Leaver) => void, string]>([
    ["whose Node is gone: it left by the list", { nodes: {} }, () => {}, ""],
    [
      "where the cluster does not answer, and that is said",
      { programs: { kubectl: "exit 1" } },
      () => {},
      "note: the cluster does not answer; the pods of w-1 are not waited for\n",
    ],
    ["where all of the cluster goes", {}, ({ machine }) => machine.note("said", now()), ""],
    [
      "that is none any more",
      {},
      ({ machine }) => machine.remove("/etc/kubernetes/kubelet.conf"),
      "is no worker any more",
    ],
  ])("%s", (_, around, change, said) => {
    const leaver = worker(around, change);
    const { status, stderr, events } = leave(leaver);
    expect({ status, events }, stderr).toEqual({ status: 0, events: [] });
    expect(stderr).toContain(said);
    expect(leaver.machine.read("evictions")).toBe("");
  });
});

test.each<[string, Around, (leaver: Leaver) => void]>([
  ["of another cluster", {}, ({ machine }) => machine.write("/etc/kubernetes/pki/ca.crt", "another CA\n")],
  ["under another name", { own: "w-9" }, () => {}],
  [
    "of another cluster, which has not joined it yet",
    { own: "" },
    ({ machine }) => {
      machine.write("/etc/kubernetes/pki/ca.crt", "another CA\n");
      machine.remove("/etc/kubernetes/kubelet.conf");
    },
  ],
])("a machine is left as it is that is a worker %s now", (_, around, change) => {
  const leaver = worker(around, change);
  const before = leaver.machine.files();
  const { status, stderr, events } = leave(leaver, { mode: "reset" });
  expect({ status, events }, stderr).toEqual({ status: 0, events: [] });
  expect(stderr).toContain("it is left as it is\n");
  expect(leaver.machine.files()).toEqual(before);
  expect(leaver.machine.read("calls")).not.toMatch(/^(kubectl|systemctl)/m);
});
