import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { shell } from "../support/shell";

const script = readFileSync(join(__dirname, "../../components/control-plane/join.sh"), "utf8");
const [signEtcdClient] = /^sign_etcd_client\(\) \{\n[\s\S]*?\n\}/m.exec(script) ?? [];

/** A machine with files that are there below its directory of certificates. */
const on = (lines: string, files: Record<string, string>) =>
  shell(`${lines}`, {
    libraries: ["node"],
    before: `PKI=$INPUT/there MANIFESTS=$there/manifests; mkdir -p $PKI/etcd`,
    input: {
      "pki/ca.crt": "the CA",
      "etcd-data-dir": "/nowhere/etcd\n",
      ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`there/${path}`, text])),
    },
  });

describe("what a full disk left of kubeadm's files", () => {
  test.each([
    ["the API server's key, empty", { "ca.crt": "the CA", "apiserver.key": "" }, 0],
    ["the API server's certificate", { "apiserver.crt": "whole" }, 0],
    ["nothing but what came from here", { "ca.crt": "the CA", "ca.key": "", "etcd/ca.crt": "another" }, 1],
  ])("is a trace of it: %s", (_, files, expected) => {
    expect(on("node_has_traces", files).status).toBe(expected);
  });

  test("is no other cluster's CA", () => {
    expect(on("node_refuse_foreign", { "ca.crt": "" }).status).toBe(0);
    expect(on("node_refuse_foreign", { "ca.crt": "other" }).stderr).toContain("belongs to another cluster");
  });

  test.each([
    ["a key alone", { "etcd/healthcheck-client.key": "KEY" }],
    ["an empty certificate", { "etcd/healthcheck-client.key": "KEY", "etcd/healthcheck-client.crt": "" }],
  ])("is made again by a join, which asks etcd with it: %s", (_, files) => {
    const kubeadm = "logged() { shift; ls $PKI/etcd; echo asked; }";
    expect(on(`${kubeadm}\n${signEtcdClient}\nsign_etcd_client`, files).stdout).toBe("asked\n");
  });

  test("a pair that is whole stays", () => {
    const files = { "etcd/healthcheck-client.key": "KEY", "etcd/healthcheck-client.crt": "CERTIFICATE" };
    expect(on(`logged() { echo asked; }\n${signEtcdClient}\nsign_etcd_client`, files).stdout).toBe("");
  });
});
