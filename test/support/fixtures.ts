import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The configuration of stacks/Pulumi.lab.yaml, as the program reads it. */
export const labConfig = {
  machines: {
    source: "lab",
    subnet: "10.89.40.0/24",
    controlPlanes: [
      { name: "cp-1", address: "10.89.40.11" },
      { name: "cp-2", address: "10.89.40.12" },
      { name: "cp-3", address: "10.89.40.13" },
    ],
    loadBalancers: [{ name: "lb-1", address: "10.89.40.10" }],
  },
  cluster: { kubernetesVersion: "1.36.3", protect: false },
};

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGv0S6Zzd3YwQ4cJg1VhRrJmYx1mJ1wJ0m0y2m7p8QbN";

/** A private key that no machine accepts. */
export const sshKey = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  privateKeyEncoding: { type: "sec1", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
}).privateKey;

/** A stack of machines that somebody else owns. */
export const staticConfig = {
  machines: {
    source: "static",
    ssh: { user: "admin" },
    controlPlanes: [
      { name: "cp-1", address: "192.0.2.11", privateAddress: "10.0.0.11", hostKey },
      { name: "cp-2", address: "192.0.2.12", privateAddress: "10.0.0.12", hostKey },
      { name: "cp-3", address: "192.0.2.13", privateAddress: "10.0.0.13", hostKey, port: 2222 },
    ],
    loadBalancers: [{ name: "lb-1", address: "192.0.2.10", privateAddress: "10.0.0.10", hostKey }],
  },
  cluster: { kubernetesVersion: "1.36.3" },
  sshPrivateKey: sshKey,
};

/** Leaves a facts file like the lab's, and names it in the environment. */
export function labFacts(facts: object = {}): void {
  const path = join(mkdtempSync(join(tmpdir(), "kubeadm-ha-")), "lab.json");
  const all = {
    engine: "podman",
    image: "localhost/kubeadm-ha-machine:0123",
    bundle: { path: "/cache/bundle/4567", sha256: "a".repeat(64) },
    cgroupV1: false,
    capSysResource: true,
    ...facts,
  };
  writeFileSync(path, JSON.stringify(all));
  process.env.KUBEADM_HA_LAB = path;
}
