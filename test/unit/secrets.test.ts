import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../config";
import { keepSecret, keepSecretInResource } from "../../config/secrecy";
import { hasSecret, namedProblems, secretTexts, withoutTexts, writtenIn } from "../../config/secrets";
import { staticConfig } from "../support/fixtures";

const cluster = {
  kubernetesVersion: "1.36.3",
  loadBalancer: { kind: "nginx" },
  install: { mode: "bundle", source: "https://me:word@example.com" },
  patches: [
    { target: "etcd", type: "merge", patch: "one: 1\n" },
    { target: "etcd", patch: "two: 2\n" },
  ],
  schedulable: true,
};
const secure = { secure: "v1:abc:def" };
const texts = (written: unknown, value: unknown = cluster, key = "cluster") =>
  secretTexts(key, value, written).map(({ text }) => text);

describe("which texts of a key are secrets", () => {
  test("those that the stack's file encrypts, where it is the file in force", () => {
    const [first, second] = cluster.patches;
    expect(texts({ ...cluster, patches: [first, { ...second, patch: secure }] })).toEqual(["two: 2\n"]);
    expect(texts({ ...cluster, install: { mode: "bundle", source: secure } })).toEqual(["https://me:word@example.com"]);
  });

  test("all but harmless words where that is not known", () => {
    const all = ["https://me:word@example.com", "one: 1\n", "two: 2\n"];
    const [first] = cluster.patches;
    // Another file, another value, a file without a secret, a key that is one as a whole.
    for (const written of [
      undefined,
      { ...cluster, patches: [first] },
      { ...cluster, schedulable: false },
      cluster,
      secure,
    ])
      expect(texts(written)).toEqual(all);
    const machines = { source: "static", controlPlanes: [{ name: "cp-1", address: "192.0.2.1" }] };
    expect(texts(undefined, machines, "machines")).toEqual(["192.0.2.1"]);
  });

  test("none that are always", () => {
    expect(texts(secure, "-----BEGIN", "sshPrivateKey")).toEqual([]);
    const authorities = { cluster: { certificate: "CERTIFICATE", privateKey: "KEY" } };
    expect(texts(undefined, authorities, "authorities")).toEqual(["CERTIFICATE"]);
    const login = (host: unknown, username: unknown, password: unknown) => ({
      install: { mode: "packages", registries: [{ host, username, password }] },
    });
    const value = login("a.test", "robot", "Correct Horse");
    expect(texts(undefined, value)).toEqual(["a.test", "robot"]);
    expect(texts(login("a.test", "robot", secure), value)).toEqual([]);
    expect(texts(login(secure, "robot", secure), value)).toEqual(["a.test"]);
  });

  test("names of resources cannot be", () => {
    const machines = { workerPools: [{ name: "general", machines: [{ name: "worker-1" }] }] };
    const written = { workerPools: [{ name: "general", machines: [{ name: secure }] }] };
    expect(namedProblems(secretTexts("machines", machines, written))).toMatchObject([
      {
        path: "machines.workerPools[0].machines[0].name",
        message: "is a secret, and names of resources, which are none, are made of it; set it without --secret",
      },
    ]);
  });

  test("a stack's file that is not there says nothing", () => {
    const directory = mkdtempSync(join(tmpdir(), "stacks-"));
    expect(writtenIn(directory, "prod", "kubeadm-ha")("cluster")).toBeUndefined();
    writeFileSync(join(directory, "Pulumi.prod.yaml"), "config:\n  kubeadm-ha:cluster:\n    podCidr: 10.0.0.0/8\n");
    expect(writtenIn(directory, "prod", "kubeadm-ha")("cluster")).toEqual({ podCidr: "10.0.0.0/8" });
  });
});

const secrets = ["one: 1\ntwo: it's\n", "short"].map((text) => ({ keys: ["cluster"], text }));

test("the program's own configuration is refused without a word of them", () => {
  const key = (name: string) => `${pulumi.getProject()}:${name}`;
  const hidden = { ...staticConfig.cluster, dnsDomain: "Hidden_domain", podCidr: "shown" };
  const { machines, sshPrivateKey } = staticConfig;
  const values = { [key("machines")]: JSON.stringify(machines), [key("cluster")]: JSON.stringify(hidden) };
  pulumi.runtime.setAllConfig({ ...values, [key("sshPrivateKey")]: sshPrivateKey }, [key("cluster")]);
  expect(readConfig).toThrow('cluster.dnsDomain: "[secret]" is not a DNS domain');
  expect(readConfig).toThrow(expect.objectContaining({ message: expect.not.stringContaining("Hidden_domain") }));
  pulumi.runtime.setAllConfig({ ...values, [key("sshPrivateKey")]: sshPrivateKey });
  expect(readConfig).toThrow('cluster.dnsDomain: "Hidden_domain" is not a DNS domain');
});

test("a message has none of them, in whatever form", () => {
  const message = 'cluster.a: "one: 1\\ntwo: it\'s" and one: 1\ntwo: it\'s; "short" shorter';
  expect(withoutTexts(message, secrets)).toBe('cluster.a: "[secret]" and [secret]; "[secret]" shorter');
  const address = [{ keys: ["cluster"], text: "https://me:word@example.com" }];
  expect(withoutTexts('"https://…@example.com" is none', address)).toBe('"[secret]" is none');
});

test("a text has a secret that is part of it, unless that is part of many a word", () => {
  const has = hasSecret(secrets);
  expect(has("before\none: 1\ntwo: it's\nafter")).toBe(true);
  expect(has("run 'one: 1\ntwo: it'\\''s'")).toBe(true);
  expect([has("short"), has("shorter"), has("")]).toEqual([true, false, false]);
});

test("of any value what has one in it is a secret, now or later", async () => {
  const kept = keepSecret([{ keys: ["cluster"], text: "secret text" }]);
  const asset = new pulumi.asset.StringAsset("secret text");
  const value = kept({
    list: ["plain", "secret text"],
    later: pulumi.output({ deep: ["a secret text"] }),
    named: pulumi.output({ "a secret text": 1 }),
    plainLater: pulumi.output("plain"),
    stdin: "secret text",
    number: 1,
    asset,
  });
  const isSecret = (each: unknown) => pulumi.isSecret(each as pulumi.Output<unknown>);
  expect([value.list[0], value.stdin, value.number, value.asset]).toEqual(["plain", "secret text", 1, asset]);
  const outputs = [value.list[1], value.later, value.named, value.plainLater];
  expect(await Promise.all(outputs.map(isSecret))).toEqual([true, true, true, false]);
  const other = {};
  expect(keepSecret([])(other)).toBe(other);
});

test("a component keeps them in its inputs and in its outputs", async () => {
  const newResource = ({ name }: pulumi.runtime.MockResourceArgs) => ({ id: name, state: {} });
  await pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "project", "stack");
  const monitor = pulumi.runtime.getMonitor() as unknown as MockMonitor;
  const sent: unknown[] = [];
  const registerResource = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    sent.push(request.getObject()?.toJavaScript());
    return registerResource(request, callback);
  };
  const registerResourceOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResourceOutputs = (request, callback) => {
    sent.push(request.getOutputs()?.toJavaScript());
    return registerResourceOutputs(request, callback);
  };
  class Part extends pulumi.ComponentResource {
    constructor(transformation: pulumi.ResourceTransformation) {
      const inputs = { address: "secret.example.com", port: "6443" };
      super("test:index:Part", "part", inputs, { transformations: [transformation] });
      this.registerOutputs({ endpoint: pulumi.output("secret.example.com:6443"), port: "6443" });
    }
  }
  new Part(keepSecretInResource([{ keys: ["cluster"], text: "secret.example.com" }]));
  await pulumi.runtime.disconnect();
  const secret = (value: string) => expect.objectContaining({ value });
  expect(sent).toEqual([
    { address: secret("secret.example.com"), port: "6443" },
    { endpoint: secret("secret.example.com:6443"), port: "6443" },
  ]);
});
