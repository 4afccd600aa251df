import { expect, test } from "vitest";
import { PatchType } from "../../components/control-plane/options";
import { workerConfiguration, workerNode } from "../../components/workers/kubeadm";
import { TaintEffect } from "../../components/workers/options";

const node = { name: "worker-1", address: "10.0.0.21", zone: "a", labels: { rack: "7" } };
const taints = [
  { key: "example.com/gpu", value: "yes", effect: TaintEffect.NoSchedule },
  { key: "batch", effect: TaintEffect.NoExecute },
];

test("the join of a worker, with defaults and with everything", () => {
  expect(workerConfiguration(node, "general", [], { kubernetesVersion: "1.36.3" })).toMatchSnapshot();
  expect(
    workerConfiguration(node, "gpu", taints, {
      kubernetesVersion: "1.36.3",
      schedulable: true,
      ignorePreflightErrors: ["NumCPU"],
      patches: [{ target: "kubeletconfiguration", type: PatchType.Merge, patch: "{}" }],
    }),
  ).toMatchSnapshot();
});

test("the Node of a worker, with labels and taints and without", () => {
  expect(workerNode("worker-1", "general", {}, [])).toMatchSnapshot();
  expect(workerNode("worker-1", "gpu", { disk: "ssd", "example.com/empty": "" }, taints)).toMatchSnapshot();
});
