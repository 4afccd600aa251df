import { Module } from "node:module";
import { beforeAll, expect, test, vi } from "vitest";
import { sshKey, staticConfig } from "../support/fixtures";
import { type Registration, recordGraph } from "../support/graph";

let graph: Registration[];

const proxy = { host: "bastion.example.com", user: "jump", hostKey: "ssh-ed25519 AAAABASTION" };
const config = { ...staticConfig, machines: { ...staticConfig.machines, ssh: { user: "admin", proxy } } };

const required = vi.spyOn(Module.prototype, "require");

beforeAll(async () => {
  graph = await recordGraph({ config, stack: "prod", preview: true });
});

test("machines that somebody owns are neither made nor changed: all that is registered is PKI and steps", () => {
  expect([...new Set(graph.filter((r) => !r.type.startsWith("kubeadm-ha:")).map((r) => r.type))].sort()).toEqual([
    "command:local:Command",
    "command:remote:Command",
    "tls:index/certRequest:CertRequest",
    "tls:index/locallySignedCert:LocallySignedCert",
    "tls:index/privateKey:PrivateKey",
    "tls:index/selfSignedCert:SelfSignedCert",
  ]);
});

test("authorities and the service-account key are protected, leaves are not", () => {
  expect(
    graph
      .filter((r) => r.protect)
      .map((r) => r.name)
      .sort(),
  ).toEqual([
    "prod-pki-ca",
    "prod-pki-ca-key",
    "prod-pki-etcd-ca",
    "prod-pki-etcd-ca-key",
    "prod-pki-front-proxy-ca",
    "prod-pki-front-proxy-ca-key",
    "prod-pki-service-account-key",
  ]);
});

test("a login that is not root goes by sudo, and every machine has its own port", () => {
  const step = (name: string) => graph.find((r) => r.name === name);
  expect(step("prod-cp-1-prepare")?.inputs.create).toMatch(/^sudo -n timeout /);
  expect(step("prod-cp-1-prepare")?.clear.connection).toMatchObject({ host: "192.0.2.11", user: "admin", port: 22 });
  expect(step("prod-cp-3-prepare")?.clear.connection).toMatchObject({ host: "192.0.2.13", port: 2222 });
});

test("every connection goes by the bastion, whose host key is pinned, too", () => {
  const steps = graph.filter((r) => r.type === "command:remote:Command");
  expect(steps).toHaveLength(15);
  for (const { name, clear } of steps)
    expect(clear.connection, name).toMatchObject({ proxy: { ...proxy, port: 22, privateKey: sshKey } });
});

test("@pulumi/aws is loaded by a stack on AWS alone", () => {
  const asked = required.mock.calls.map(([name]) => name);
  expect(asked.filter((name) => /aws/.test(name))).toEqual([]);
});

test("a preview with nothing known yet interpolates no unknown value", () => {
  expect(JSON.stringify(graph)).not.toMatch(/undefined|Calling \[toString\]|\[object Object\]/);
});
