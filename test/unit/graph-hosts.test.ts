import { beforeAll, expect, test } from "vitest";
import { InstallMode, KubeadmHosts, type KubeadmHostsArgs } from "../../components";
import { sshKey } from "../support/fixtures";
import { type Registration, recordProgram, resolved } from "../support/graph";
import { runStep } from "../support/run-step";

const ssh = { privateKey: sshKey, hostKey: "ssh-ed25519 AAAA" };
const machine = (name: string, host: number) => ({ name, address: `10.0.0.${host}`, ssh });
const args = {
  kubernetesVersion: "1.36.3",
  controlPlanes: [machine("cp-1", 1)],
  workers: [machine("node-1", 2)],
  install: { mode: InstallMode.Packages },
};

let graph: Registration[];
let ready: { value: string[]; secret: boolean };

beforeAll(async () => {
  graph = await recordProgram(
    async () => {
      ready = await resolved(new KubeadmHosts("nodes", args).ready);
    },
    { config: {}, preview: true },
  );
});

test("each machine is prepared and gets its software, all at the same time, and nothing else", () => {
  expect(graph.map((r) => `${r.parent} > ${r.type} ${r.name}`).sort()).toEqual([
    " > kubeadm-ha:index:KubeadmHosts nodes",
    "nodes > kubeadm-ha:index:Host nodes-cp-1",
    "nodes > kubeadm-ha:index:Host nodes-node-1",
    "nodes > kubeadm-ha:index:Software nodes-cp-1",
    "nodes > kubeadm-ha:index:Software nodes-node-1",
    "nodes-cp-1 > command:remote:Command nodes-cp-1-prepare",
    "nodes-cp-1 > command:remote:Command nodes-cp-1-stage",
    "nodes-node-1 > command:remote:Command nodes-node-1-prepare",
    "nodes-node-1 > command:remote:Command nodes-node-1-stage",
  ]);
  expect(graph.find((r) => r.name === "nodes-node-1-stage")?.dependencies).toEqual(["nodes-node-1-prepare"]);
  expect(ready).toEqual({ value: ["cp-1", "node-1"], secret: false });
});

test("only control planes pull the images of a control plane", () => {
  const input = (name: string) => String(graph.find((r) => r.name === name)?.clear.stdin);
  expect(input("nodes-cp-1-stage")).toContain("input/software/images.env");
  expect(input("nodes-node-1-stage")).not.toContain("input/software/images.env");
});

test("a machine that somebody made a node of is left alone, whatever version it has", () => {
  expect(graph.find((r) => r.name === "nodes-cp-1-stage")?.clear.stdin).toContain('"$dir"/input/leave-nodes');
  const { status, stderr } = runStep("software/stage.sh", {
    args: ["1.36.3", "preinstalled"],
    input: { "leave-nodes": "", "software/way": "preinstalled\n" },
    files: { "kubelet.conf": "the kubeconfig of a node" },
  });
  expect(stderr).toMatch(/is a node already; whoever made it one changes it/);
  expect(status).toBe(0);
});

test("what it cannot be made with is refused, all at once, by the names of its own arguments", () => {
  const refused = (other: Partial<KubeadmHostsArgs>) => () => new KubeadmHosts("nodes", { ...args, ...other });
  expect(
    refused({
      kubernetesVersion: "1.19.4",
      workers: [machine("cp-1", 300)],
      install: { mode: InstallMode.Bundle, source: "bundle", sha256: "a".repeat(64) },
    }),
  ).toThrow(
    [
      'KubeadmHosts "nodes" has 4 problems; nothing of it was made:',
      '  install.source: "bundle" is neither an absolute directory nor an http(s) address',
      '  kubernetesVersion: "1.19.4" is not supported; supported: 1.36.x',
      '  workers[0].address: "10.0.0.300" is neither an IP address nor a DNS name',
      '  workers[0].name: name "cp-1" is taken by controlPlanes[0]; every machine needs its own',
    ].join("\n"),
  );
  expect(refused({ controlPlanes: [], workers: undefined })).toThrow(
    "  controlPlanes: no machine here nor in workers; needed: 1 at least, in either",
  );
});
