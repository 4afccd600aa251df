import { describe, expect, test } from "vitest";
import { type Any, Lab } from "../support/lab";
import { refusesMode } from "./cluster/mode";
import { aCluster } from "./cluster/suite";

describe("a cluster whose certificates kubeadm shares", () => {
  aCluster(new Lab("kubeadm-certs", "lab-kubeadm-certs"), {
    // As in mode pulumi, and: a download on each; on the first the CA, the upload, the administrator and the end of the
    // upload. On the worker: prepare, software, join and roll-out.
    dials: { "cp-1": 14, "cp-2": 5, "cp-3": 5, "lb-1": 1, "worker-1": 4 },
    keys: 6,
    // The one that made the authorities.
    victims: ["cp-1"],
    besides: keepsAuthorities,
  });
});

/** Where the keys of authorities are: on control planes, and nowhere else. */
function keepsAuthorities(lab: Lab): void {
  const files = ["ca.key", "front-proxy-ca.key", "etcd/ca.key", "sa.key"];
  let state: string;

  test("no key of an authority is in the state, and its CA certificate is that of the machines", async () => {
    state = (await lab.pulumi("stack", "export", "--show-secrets")).stdout;
    for (const file of files) {
      const pem = await lab.on("cp-1", `cat /etc/kubernetes/pki/${file}`);
      for (const text of marks(pem)) expect(state.includes(text), file).toBe(false);
    }
    const certificate = await lab.on("cp-1", "cat /etc/kubernetes/pki/ca.crt");
    expect(marks(certificate).some((text) => state.includes(text))).toBe(true);
  });

  test("every control plane has the same authorities, and a worker has none", async () => {
    const digest = `cd /etc/kubernetes/pki && cat ${files.join(" ")} | sha256sum`;
    const digests = await Promise.all(lab.controlPlanes.map((name) => lab.on(name, digest)));
    expect(new Set(digests).size).toBe(1);
    for (const worker of lab.workers)
      expect((await lab.on(worker, "find /etc/kubernetes -name '*.key'")).trim()).toBe("");
  });

  test("the invitation was taken back: no token, no uploaded certificates, nothing of it on a machine", async () => {
    const { items } = await lab.get("secrets", "-n", "kube-system");
    expect(items.map(({ metadata }: Any) => metadata.name)).not.toContain("kubeadm-certs");
    expect(items.filter(({ type }: Any) => type === "bootstrap.kubernetes.io/token")).toEqual([]);
    for (const machine of [...lab.controlPlanes, ...lab.workers])
      expect(
        (
          await lab.on(machine, "find /etc/kubernetes /run/kubeadm-ha -name '*discovery*' -o -name download.yaml")
        ).trim(),
      ).toBe("");
  });

  refusesMode(lab, "pulumi");

  test("nothing is left of the other mode in the state", async () => {
    expect((await lab.pulumi("stack", "export", "--show-secrets")).stdout).not.toContain("SelfSignedCert");
  });
}

/** Lines of a PEM that are of this one alone, as they are and in base64. */
function marks(pem: string): string[] {
  const lines = pem.split("\n").filter((line) => line.length >= 40);
  return [lines[lines.length - 1], Buffer.from(pem).toString("base64").slice(100, 180)];
}
