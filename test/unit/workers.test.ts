import { expect, test } from "vitest";
import { PatchType } from "../../components/kubeadm/options";
import { workerConfiguration, workerKubeadm } from "../../components/kubeadm/worker-configuration";
import { TaintEffect } from "../../components/machine/worker-pool";
import { controlPlaneTaint, nodeManifest } from "../../components/roster/node";

const node = { name: "worker-1", address: "10.0.0.21", zone: "a", labels: { rack: "7" } };
const taints = [
  { key: "example.com/gpu", value: "yes", effect: TaintEffect.NoSchedule },
  { key: "batch", effect: TaintEffect.NoExecute },
];

test("the join of a worker, with defaults and with everything", () => {
  expect(workerConfiguration({ node, pool: "general", taints: [] }, { kubernetesVersion: "1.36.3" })).toMatchSnapshot();
  expect(
    workerConfiguration(
      { node, pool: "gpu", taints },
      {
        kubernetesVersion: "1.36.3",
        schedulable: true,
        ignorePreflightErrors: ["NumCPU"],
        patches: [{ target: "kubeletconfiguration", type: PatchType.Merge, patch: "{}" }],
      },
    ),
  ).toMatchSnapshot();
});

test("what the roll-out of a worker reads has nothing of the control plane in it", () => {
  const text = workerKubeadm(node, "10.0.0.10:6443", {
    kubernetesVersion: "1.36.3",
    apiServer: { extraArgs: { v: "4" } },
    kubelet: { maxPods: 99 },
  });
  expect(text).toMatchSnapshot();
  expect(text).not.toContain("apiServer");
});

test("the Node of a worker and of a control plane, with labels and taints and without", () => {
  const bare = { name: "worker-1", address: "10.0.0.21" };
  expect(nodeManifest({ node: bare, pool: "general", taints: [] })).toMatchSnapshot();
  expect(
    nodeManifest({ node: bare, pool: "gpu", labels: { disk: "ssd", "example.com/empty": "" }, taints }),
  ).toMatchSnapshot();
  expect(nodeManifest({ node: { ...node, name: "cp-1", region: "r" }, taints: [controlPlaneTaint] })).toMatchSnapshot();
});

test("a label is one by its name, also where YAML 1.1 reads something else", () => {
  const text = nodeManifest({ node, pool: "general", labels: { on: "yes" }, taints: [] });
  expect(text).toContain('"on": "yes"');
});
