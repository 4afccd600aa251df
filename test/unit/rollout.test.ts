import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { initConfiguration } from "../../components/kubeadm/configuration";
import type { ControlPlaneOptions } from "../../components/kubeadm/options";
import { securityFiles } from "../../components/kubeadm/security";
import { shell } from "../support/shell";

/** Runs lines of bash with these libraries and these input files; `$there` is a machine's root. */
const bash = (libraries: string[], input: Record<string, string>, lines: string) => shell(lines, { libraries, input });

const value = (key: string) => `k8s:enc:secretbox:v1:${key}:\x01\x02\n`;
const keysAs = (keys: string[]) => {
  const files = securityFiles(
    { encryption: { keys } },
    { "key-1": "S0VZMQ==", "key-2": "S0VZMg==", "key-3": "S0VZMw==" },
  );
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`security/${name}`, text]));
};

describe("the key that a machine starts to write with when it joins", () => {
  const start = (keys: string[], secrets: string) =>
    bash(
      ["encryption"],
      { ...keysAs(keys), secrets },
      `encryption_etcd() { cat "$INPUT/secrets"; }; ENCRYPTION_FILE=$there/encryption.yaml; encryption_place; encryption_keys "$ENCRYPTION_FILE" | xargs`,
    );

  test.each([
    ["there is no Secret yet", ["key-1"], "", "key-1\n"],
    ["there is one key", ["key-1"], value("key-1"), "key-1\n"],
    ["nobody writes with the new one yet", ["key-2", "key-1"], value("key-1"), "key-1 key-2\n"],
    ["somebody does", ["key-2", "key-1"], value("key-1") + value("key-2"), "key-2 key-1\n"],
    ["encryption begins", ["key-1", "identity"], "k8s\0\nv1\nSecret", "identity key-1\n"],
  ])("%s", (_, keys, secrets, order) => {
    expect(start(keys, secrets)).toMatchObject({ status: 0, stdout: order });
  });

  test("none, where it could not read what is there", () => {
    const { status, stderr, there: dir } = start(["key-2"], value("key-1") + value("key-2"));
    expect(status).toBe(1);
    expect(stderr).toContain("error: security.encryption.keys is key-2, and Secrets are under key-1\n");
    expect(existsSync(join(dir, "encryption.yaml"))).toBe(false);
  });
});

describe("a control plane reads a new key before it writes with it", () => {
  const read = (now: string[], keys: string[]) =>
    bash(
      ["encryption"],
      { ...keysAs(keys), now: keysAs(now)["security/encryption.yaml"] },
      `ENCRYPTION_FILE=$there/encryption.yaml; cp "$INPUT/now" "$ENCRYPTION_FILE"; encryption_loaded() { [ "$2" = "$(encryption_sum "$ENCRYPTION_FILE")" ]; }
       encryption_read_new cp-1 192.0.2.1; encryption_keys "$ENCRYPTION_FILE" | xargs`,
    );

  test.each([
    ["a new one", ["key-1"], ["key-2", "key-1"], "key-1 key-2\n"],
    ["the same again", ["key-2", "key-1"], ["key-2", "key-1"], "key-2 key-1\n"],
    ["an old one goes, which is no business of this step", ["key-2", "key-1"], ["key-2"], "key-2 key-1\n"],
    ["back again, before anybody wrote with the new one", ["key-1", "key-2"], ["key-1"], "key-1 key-2\n"],
    ["encryption ends", ["key-1"], ["identity", "key-1"], "key-1 identity\n"],
  ])("%s", (_, now, keys, order) => {
    expect(read(now, keys)).toMatchObject({ status: 0, stdout: order });
  });

  test.each([
    [["key-1"], ["key-2"], "Secrets may still be under key-1"],
    [["key-1"], ["key-2", "key-3", "key-1"], "key-1 writes now"],
  ])("%j to %j is refused", (now, keys, reason) => {
    const { status, stderr, there: dir } = read(now, keys);
    expect(status).toBe(1);
    expect(stderr).toContain(`error: security.encryption.keys is ${keys.join(",")}, and ${reason}\n`);
    expect(stderr).toContain("no key was touched");
    expect(readFileSync(join(dir, "encryption.yaml"), "utf8")).toBe(keysAs(now)["security/encryption.yaml"]);
  });
});

describe("what a cluster was made with", () => {
  const made = { kubernetesVersion: "1.36.3" };
  const judge = (options: Partial<ControlPlaneOptions>, etcd?: string[]) => {
    const text = (changed: Partial<ControlPlaneOptions>, endpoints?: string[]) =>
      initConfiguration(
        { name: "cp-1", address: "10.0.0.11" },
        "10.0.0.10:6443",
        { ...made, ...changed },
        { etcd: endpoints },
      );
    const published = text({}).split("---\n")[1];
    return bash(
      ["record"],
      { "kubeadm.yaml": text(options, etcd), record: `0123\n${published}` },
      "record_refuse_immutable",
    );
  };

  test("may stay while everything else changes", () => {
    const changed = { extraSans: ["a.example.com"], apiServer: { extraArgs: { v: "2" } }, featureGates: { X: true } };
    expect(judge(changed)).toMatchObject({ status: 0, stderr: "" });
  });

  test.each([
    [{ podCidr: "10.9.0.0/16" }, "podSubnet: 10.244.0.0/16; configured is podSubnet: 10.9.0.0/16"],
    [{ dnsDomain: "a.example" }, "dnsDomain: cluster.local; configured is dnsDomain: a.example"],
    [{ etcd: { dataDir: "/data" } }, "dataDir: /var/lib/etcd; configured is dataDir: /data"],
  ])("%j is refused", (options, reason) => {
    const { status, stderr } = judge(options);
    expect(status).toBe(1);
    expect(stderr).toContain(`error: the cluster was made with ${reason}\n`);
  });

  test("an etcd of its own does not become a stacked one, nor the other way", () => {
    expect(judge({}, ["https://10.0.0.21:2379"]).stderr).toContain(
      "made with dataDir: /var/lib/etcd, local:; configured is external:",
    );
  });
});

test("what a machine works with is for root to know, and another password is a change", () => {
  const { status, stdout, stderr } = bash(
    ["record"],
    { "kubeadm.yaml": "kind: ClusterConfiguration\n", "software/certs.d/a.test/hosts.toml": "former\n" },
    `echo old >"$STATE/applied"; chmod 644 "$STATE/applied"; record_note_own; stat -c %a "$STATE/applied"
     record_own_is_current && echo current
     echo other >"$INPUT/software/certs.d/a.test/hosts.toml"; record_own_is_current || echo changed`,
  );
  expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: "600\ncurrent\nchanged\n" });
});

describe("a machine is not made by what is published", () => {
  const usable = (record: string, here: string[] = []) =>
    bash(
      ["record"],
      { record, ...Object.fromEntries(here.map((name) => [`security/${name}`, ""])) },
      `NODE_SECURITY=$INPUT/security; sed -i "s|/etc/kubernetes/security|$NODE_SECURITY|" "$RECORD"; if record_is_unusable; then echo no; else echo yes; fi`,
    ).stdout;
  const record =
    "0123\napiServer:\n  - name: audit-policy-file\n    value: /etc/kubernetes/security/audit-policy-a1.yaml\n";

  test("where it names a file that is not there", () => {
    expect(usable(record)).toBe("no\n");
    expect(usable(record, ["audit-policy-a1.yaml"])).toBe("yes\n");
  });

  test("while no machine has worked with it", () => {
    expect(usable(record.replace("0123", "unverified"), ["audit-policy-a1.yaml"])).toBe("no\n");
  });
});
