import { describe, expect, test } from "vitest";
import { initConfiguration } from "../../components/kubeadm/configuration";
import { runStep } from "../support/run-step";

const endpoint = "10.0.0.10:6443";
const kubeadm = initConfiguration({ name: "cp-1", address: "10.0.0.11" }, endpoint, { kubernetesVersion: "1.36.3" });
const record = `0123\n${kubeadm.split("---\n")[1]}`;

/** Applies a manifest to a cluster that was made with 10.244.0.0/16 at that endpoint; gives what was applied. */
function apply(podCidr: string, at: string, kubectl = "") {
  const { read, ...ended } = runStep("network/apply.sh", {
    args: ["flannel", podCidr],
    input: { endpoint: `${at}\n`, "manifest.yaml": "the manifest\n" },
    files: { record },
    programs: {
      kubectl: `${kubectl}
case "\${*:4}" in
  "get --raw /readyz") ;;
  "-n kube-system get configmap kubeadm-config "*) cat $there/record ;;
  "apply --server-side --force-conflicts -f "*) cat "\${@: -1}" >$there/applied ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac`,
    },
  });
  return { ...ended, applied: read("applied") };
}

describe("the manifest of the pod network", () => {
  test("is applied as it is", () => {
    expect(apply("10.244.0.0/16", endpoint)).toEqual({
      status: 0,
      stdout: "",
      stderr: "applying flannel\n",
      applied: "the manifest\n",
    });
  });

  test.each([
    ["addresses", "10.9.0.0/16", endpoint, "podSubnet: 10.244.0.0/16; configured is podSubnet: 10.9.0.0/16"],
    [
      "endpoint",
      "10.244.0.0/16",
      "10.0.0.9:6443",
      "controlPlaneEndpoint: 10.0.0.10:6443; configured is controlPlaneEndpoint: 10.0.0.9:6443",
    ],
  ])("with other %s than the cluster was made with is refused", (_, podCidr, at, found) => {
    expect(apply(podCidr, at)).toEqual({
      status: 1,
      stdout: "",
      stderr: `applying flannel
error: the cluster was made with ${found}
  expected: what it was made with: this never changes in a cluster's life
  to do: put the configuration back; nothing was touched
`,
      applied: "",
    });
  });

  test("is left to another control plane where the API server does not answer", () => {
    expect(apply("10.244.0.0/16", endpoint, "exit 1")).toEqual({ status: 75, stdout: "", stderr: "", applied: "" });
  });
});
