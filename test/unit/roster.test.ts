import { describe, expect, test } from "vitest";
import { type Taint, TaintEffect } from "../../components/machine/worker-pool";
import { admissionLine, controlPlaneTaint, nodeManifest } from "../../components/roster/node";
import { settle } from "../support/roster";
import { runStep } from "../support/run-step";

const gpu: Taint = { key: "gpu", value: "yes", effect: TaintEffect.NoSchedule };
const apply = "apply --server-side --force-conflicts --field-manager=kubeadm-ha -f FILES";
const worker = (name: string, rest: { labels?: Record<string, string>; taints?: Taint[] } = {}) => ({
  [`workers/${name}.yaml`]: nodeManifest({ node: { name, address: "" }, pool: "general", taints: [], ...rest }),
});
const controlPlane = (name: string, taints: Taint[]) => ({
  [`control-planes/${name}.yaml`]: nodeManifest({ node: { name, address: "", zone: "a" }, taints }),
});

describe("labels and taints", () => {
  test("what came from here and is configured no more goes, and what is not from here stays", () => {
    const { status, changed, applied } = settle({
      found: {
        "w-1": {
          taints: "batch=:NoExecute,gpu=no:NoSchedule",
          labels: "disk,kubeadm-ha/pool,old.example.com/x",
          there: ["batch=:NoExecute", "gpu=no:NoSchedule", "mine=:NoSchedule"],
        },
      },
      files: worker("w-1", { labels: { disk: "ssd", rack: "7" }, taints: [gpu] }),
      workers: "w-1",
      inPools: "w-1",
    });
    expect({ status, changed }).toEqual({
      status: 0,
      changed: [
        "taint node w-1 --overwrite gpu=yes:NoSchedule",
        "taint node w-1 batch:NoExecute-",
        "label node w-1 old.example.com/x-",
        apply,
      ],
    });
    expect(applied).toBe(Object.values(worker("w-1", { labels: { disk: "ssd", rack: "7" }, taints: [gpu] }))[0]);
  });

  test("a Node that is as configured is only applied, and one that is not there is no error", () => {
    const there = ["gpu=yes:NoSchedule", "node.kubernetes.io/unreachable=:NoExecute"];
    const { status, stderr, changed } = settle({
      found: { "w-1": { taints: "gpu=yes:NoSchedule", labels: "kubeadm-ha/pool", there } },
      files: { ...worker("w-1", { taints: [gpu] }), ...worker("w-2") },
      workers: "w-1,w-2",
      inPools: "w-1",
    });
    expect({ status, changed }).toEqual({ status: 0, changed: [apply] });
    expect(stderr).toBe(
      "settling the Nodes\nnote: there is no Node w-2; it registers again when the kubelet there is restarted\n",
    );
  });

  test("kubeadm's taint goes from a control plane that takes pods, and one that somebody set there later stays", () => {
    const there = ["node-role.kubernetes.io/control-plane=:NoSchedule"];
    const files = controlPlane("cp-1", []);
    expect(settle({ found: { "cp-1": { there } }, files }).changed).toEqual([
      "taint node cp-1 node-role.kubernetes.io/control-plane:NoSchedule-",
      apply,
    ]);
    expect(settle({ found: { "cp-1": { taints: "", there } }, files }).changed).toEqual([apply]);
    expect(
      settle({ found: { "cp-1": { taints: "" } }, files: controlPlane("cp-1", [controlPlaneTaint]) }).changed,
    ).toEqual(["taint node cp-1 --overwrite node-role.kubernetes.io/control-plane=:NoSchedule", apply]);
  });

  test("a Node that an earlier version made loses no label that nobody knows the origin of", () => {
    const { changed } = settle({
      found: { "w-1": { taints: "" } },
      files: worker("w-1"),
      workers: "w-1",
      inPools: "w-1",
    });
    expect(changed).toEqual([apply]);
  });

  test("a name with dots in it is no other Node's", () => {
    const there = ["gpu=yes:NoSchedule"];
    const { status, stderr, changed } = settle({
      found: { "w-1xexample": { taints: "", id: "" }, "w-2.example": { taints: "gpu=yes:NoSchedule", there, id: "b" } },
      files: { ...worker("w-1.example"), ...worker("w-2.example", { taints: [gpu] }) },
      ids: "w-1.example aws:///a\nw-2.example b\n",
      workers: "w-1.example,w-2.example",
      inPools: "w-2.example",
    });
    expect({ status, changed }).toEqual({ status: 0, changed: [apply] });
    expect(stderr).toContain("note: there is no Node w-1.example; ");
  });

  test("one that comes back before it has left takes pods again", () => {
    const { changed } = settle({
      found: { "w-1": { taints: "", labels: "kubeadm-ha/pool", leaving: "true" } },
      files: worker("w-1"),
      workers: "w-1",
      inPools: "w-1",
    });
    expect(changed).toEqual(["uncordon w-1", "annotate node w-1 kubeadm-ha/leaving-", apply]);
  });

  test.each([
    ["set", [], [gpu]],
    ["taken off", ["gpu=yes:NoSchedule"], []],
  ])("a taint that cannot be %s is tried again, and is an error in the end", (_, there, taints) => {
    const found = { "w-1": { taints: "gpu=yes:NoSchedule", labels: "kubeadm-ha/pool", there } };
    const run = { found, files: worker("w-1", { taints }), workers: "w-1", inPools: "w-1" };
    const once =
      'case $words in taint*) [ -e $there/tried ] || { touch $there/tried; echo "timed out" >&2; exit 1; } ;; esac';
    const again = settle({ ...run, kubectl: once });
    expect(again.status).toBe(0);
    expect(again.changed).toHaveLength(3);
    expect(again.changed[2]).toBe(apply);
    const never = settle({
      ...run,
      kubectl: 'case $words in taint*) echo "timed out" >&2; exit 1 ;; esac',
      deadline: 2,
    });
    expect(never.status).toBe(1);
    expect(never.stderr).toContain("last seen: timed out");
    expect(never.changed).not.toContain(apply);
  });
});

describe("provider IDs", () => {
  const run = {
    found: { "w-1": {}, "w-2": { id: "cloud://two" }, "w-3": { id: "cloud://three" } },
    files: { ...worker("w-1"), ...worker("w-2") },
    workers: "w-1,w-2,w-3",
  };

  test("one is set where there is none", () => {
    const { status, changed } = settle({ ...run, ids: "w-1 cloud://one\nw-2 cloud://two\nw-9 cloud://nine\n" });
    expect(status).toBe(0);
    expect(changed.filter((line) => line !== apply)).toEqual([
      'patch node w-1 --patch {"spec":{"providerID":"cloud://one"}}',
    ]);
  });

  test("another one is refused, before anything is changed", () => {
    expect(settle({ ...run, ids: "w-1 cloud://one\nw-2 cloud://other\nw-3 cloud://same\n" })).toMatchObject({
      status: 1,
      changed: [],
      stderr: `settling the Nodes
error: another provider ID than is configured: w-2 has cloud://two (configured: cloud://other); w-3 has cloud://three (configured: cloud://same)
  expected: what the Node has: this never changes in its life; nothing was touched
  to do: put providerId back; or 'kubectl delete node' and restart the kubelet there, which registers it again
`,
    });
  });
});

test("a machine that serves no cluster leaves it to another one", () => {
  expect(settle({ kubectl: '[ "$words" != "get --raw /readyz" ] || exit 1' })).toMatchObject({
    status: 75,
    stderr: "",
    changed: [],
  });
});

describe("who may have a serving certificate", () => {
  test("is a line a machine, each address and name once", () => {
    expect(admissionLine("cp-1", ["192.0.2.11", "10.0.0.11"], [])).toBe("cp-1 192.0.2.11 10.0.0.11\n");
    expect(admissionLine("cp-1", ["10.0.0.11", "10.0.0.11"], ["", "a.internal"])).toBe(
      "cp-1 10.0.0.11 DNS:a.internal\n",
    );
  });

  test("is written where approve.sh reads it, as often as it takes", () => {
    const { status, stderr, read } = runStep("roster/admit.sh", {
      args: ["cp-1,cp-2"],
      input: { nodes: "cp-1 10.0.0.11\n" },
      programs: {
        kubectl: `case "\${*:4}" in
  "get --raw /readyz" | *" get configmap kubeadm-ha-nodes "*) ;;
  *" create configmap kubeadm-ha-nodes --from-file="*)
    for word; do case $word in --from-file=*/nodes) cat "\${word#*=}" ;; esac; done ;;
  "apply --server-side --force-conflicts "*) cat >$there/applied; [ -e $there/once ] || { touch $there/once; exit 1; } ;;
  *) exit 1 ;;
esac`,
      },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "admitting cp-1, cp-2\n" });
    expect(read("applied")).toBe("cp-1 10.0.0.11\n");
  });
});
