import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { checkConfig, parsed } from "../../config";
import { labConfig } from "../support/fixtures";
import { only, problems } from "../support/problems";

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
      "color: unknown; known here: machines, cluster, authorities, giveUp, sshPrivateKey, sshPrivateKeyPassphrase, sshProxyPrivateKey, sshProxyPrivateKeyPassphrase",
    ],
  ])("%s", (_, raw, message) => expect(only(raw)).toBe(message));
});

describe("a key that was set without --path", () => {
  const { cluster, machines } = labConfig;
  test.each([
    ["cluster.kubernetesVersion", "1.36.3", "--path cluster.kubernetesVersion 1.36.3"],
    ["cluster.install.containerdVersion", "2.10", "--path cluster.install.containerdVersion 2.10"],
    ["machines.controlPlanes[0].name", "cp 1", "--path 'machines.controlPlanes[0].name' 'cp 1'"],
    ["cluster.install", { mode: "packages" }, "--path cluster.install.<key> <value>"],
    ["authorities.etcd.certificate", "PEM\n", "--path authorities.etcd.certificate < FILE"],
    ["authorities.etcd.privateKey", "secret", "--secret --path authorities.etcd.privateKey < FILE"],
  ])("%s", (key, value, command) => {
    const name = key.includes("[") ? `'${key}'` : key;
    expect(only({ cluster, machines, [key]: value })).toBe(
      `${key}: is one key with a dot in its name; expected: a key below "${key.split(".")[0]}"; pulumi config rm ${name} && pulumi config set ${command}`,
    );
  });

  test("is not missing as well", () => {
    expect(only({ machines, "cluster.kubernetesVersion": "1.36.3" })).toMatch(
      /^cluster\.kubernetesVersion: is one key/,
    );
    const keys = { "machines.source": "lab", "machines.subnet": "10.0.0.0/8", "cluster.kubernetesVersion": "1.36.3" };
    expect(problems({ machines, cluster: {}, ...keys })).toHaveLength(4);
  });

  test("is unknown where there is nothing it could be below", () => {
    expect(only({ ...labConfig, "color.blue": "1" })).toMatch(/^color\.blue: unknown; known here: machines, /);
  });
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
