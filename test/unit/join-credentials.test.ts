import { expect, test } from "vitest";
import { parse } from "yaml";
import { batchOf, credentialsOf, downloadConfiguration } from "../../components/kubeadm/join-credentials";

test("a token and a key of the form that kubeadm asks for", () => {
  const { token, certificateKey } = credentialsOf("seed", "batch");
  expect(token).toMatch(/^[a-z0-9]{6}\.[a-z0-9]{16}$/);
  expect(certificateKey).toMatch(/^[0-9a-f]{64}$/);
  expect(certificateKey).not.toContain(token.split(".")[1]);
});

test("the same for a batch, others for another batch and for another cluster", () => {
  expect(credentialsOf("seed", "batch")).toEqual(credentialsOf("seed", "batch"));
  const others = [credentialsOf("seed", "other"), credentialsOf("other", "batch"), credentialsOf("seed", "batch")];
  for (const key of ["token", "certificateKey"] as const) expect(new Set(others.map((one) => one[key])).size).toBe(3);
});

test("a new machine, or another in its place, makes another batch; the order of the list does not", () => {
  expect(batchOf(["a", "b"])).toBe(batchOf(["b", "a"]));
  expect(new Set([batchOf(["a", "b"]), batchOf(["a", "b", "c"]), batchOf(["a", "c"]), batchOf(["ab"])]).size).toBe(4);
});

test("the key for the certificates is in a configuration file, and not on a command line", () => {
  const node = { name: "cp-2", address: "10.0.0.12" };
  const { controlPlane, discovery } = parse(downloadConfiguration(node, "aa", { kubernetesVersion: "1.36.3" }));
  expect(controlPlane.certificateKey).toBe("aa");
  expect(discovery).toEqual({ file: { kubeConfigPath: "/etc/kubernetes/discovery.conf" } });
});
