import { expect, test } from "vitest";
import { parse } from "yaml";
import { timeouts } from "../../components/kubeadm/configuration";
import { PatchType } from "../../components/kubeadm/options";
import { controlPlanePatches, patchFiles } from "../../components/kubeadm/patches";

test("patches keep their order and get kubeadm's file names", () => {
  expect(
    Object.keys(
      patchFiles([
        { target: "etcd", patch: "a" },
        { target: "etcd", type: PatchType.Json, patch: "b" },
      ]),
    ),
  ).toEqual(["etcd00+strategic.yaml", "etcd01+json.yaml"]);
});

test("the user's patches come last; an external etcd is no pod of kubeadm's", () => {
  const options = { kubernetesVersion: "1.36.3", patches: [{ target: "kube-scheduler", patch: "spec: {}" }] };
  const targets = (stacked: boolean) => controlPlanePatches(options, stacked).map(({ target }) => target);
  const pods = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];
  expect(targets(true)).toEqual([...pods, "etcd", "kube-scheduler"]);
  expect(targets(false)).toEqual([...pods, "kube-scheduler"]);
});

test("a pod has as long to start as kubeadm waits for it", () => {
  for (const { target, patch } of controlPlanePatches({ kubernetesVersion: "1.36.3" }, true)) {
    const [container] = parse(patch).spec.containers;
    expect(container.name).toBe(target);
    const { periodSeconds, failureThreshold } = container.startupProbe;
    expect(`${(periodSeconds * failureThreshold) / 60}m0s`).toBe(timeouts.controlPlaneComponentHealthCheck);
  }
});
