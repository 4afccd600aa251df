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
  leaver.machine.note("manifests", "*.yaml\n");
  for (const [name, text] of Object.entries({ pods: podsThere, budget: "", said: "" })) leaver.machine.note(name, text);
  change(leaver);
  return leaver;
}

describe("a worker that leaves", () => {
  test("has its pods evicted in its own name, but for a DaemonSet's and static ones", () => {
    const { machine, ...leaver } = worker();
    const { status, stderr, events } = Leaver.prototype.run.call({ machine, ...leaver }, script, ["w-1", "keep"]);
    expect({ status, events }, stderr).toEqual({ status: 0, events: [`cordon w-1 ${api}`] });
    const evicted = machine.read("evictions").split("\n").filter(Boolean);
    expect(evicted.map((text) => JSON.parse(text))).toEqual(
      ["web-1", "bare"].map((name) => ({
        apiVersion: "policy/v1",
        kind: "Eviction",
        metadata: { namespace: "default", name },
      })),
    );
    expect(machine.read("pods")).toBe(`${pods[1]}\n${pods[2]}\n`);
    const asked = machine.read("calls").split("\n").filter((line) => line.startsWith("kubectl"));
    expect(asked.filter((line) => !line.includes("/etc/kubernetes/kubelet.conf "))).toEqual([]);
  });
});
