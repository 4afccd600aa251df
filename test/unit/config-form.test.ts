import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { checkConfig, parsed } from "../../config";
import { labConfig } from "../support/fixtures";
import { only } from "../support/problems";

const withCluster = (cluster: object) => ({ ...labConfig, cluster: { ...labConfig.cluster, ...cluster } });
const withMachines = (machines: object) => ({ ...labConfig, machines: { ...labConfig.machines, ...machines } });

describe("form", () => {
  test.each([
    [
      "a version without quotes",
      withCluster({ kubernetesVersion: 1.36 }),
      "cluster.kubernetesVersion: is the number 1.36 for YAML, as others are (2.10 is 2.1); expected: string, written in quotes",
    ],
    [
      "a version whose last zero YAML drops",
      withMachines({ ...parse("loadBalancers: [{ name: lb-1, address: 10.89.40.10, zone: 2.10 }]") }),
      "machines.loadBalancers[0].zone: is the number 2.1 for YAML, as others are (2.10 is 2.1); expected: string, written in quotes",
    ],
    [
      "a truth without quotes",
      withCluster({ apiServer: { extraArgs: { profiling: false } } }),
      "cluster.apiServer.extraArgs.profiling: false is of the wrong type; expected: string, written in quotes",
    ],
    ["nothing at all about the cluster", { machines: labConfig.machines }, "cluster: missing; expected: object"],
    [
      "another source of machines",
      withMachines({ source: "vsphere" }),
      "machines.source: not allowed; allowed: lab, static, aws",
    ],
    ["another network", withCluster({ cni: "calico" }), 'cluster.cni: "calico" is not allowed; allowed: flannel, none'],
    [
      "an unknown key at the top",
      { ...labConfig, color: "blue" },
      "color: unknown; known here: machines, cluster, authorities, sshPrivateKey, sshProxyPrivateKey",
    ],
  ])("%s", (_, raw, message) => expect(only(raw)).toBe(message));
});

test("a value that is not JSON is one of the problems, with its path and without a stack", () => {
  const [raw, unread] = parsed([
    ["machines", "{not json"],
    ["cluster", JSON.stringify({ kubernetesVersion: "1.29.1" })],
    ["sshPrivateKey", "text"],
  ]);
  expect(raw).toEqual({ cluster: { kubernetesVersion: "1.29.1" }, sshPrivateKey: "text" });
  expect(() => checkConfig(raw, unread)).toThrow(
    /^the configuration has 1 problem; nothing was touched:\n {2}machines: is not valid JSON \(.*\); write it as YAML in the stack's file, or with 'pulumi config set --path machines\.<key> <value>'$/,
  );
});
