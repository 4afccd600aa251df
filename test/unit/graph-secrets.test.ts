import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import { newAuthority } from "../support/authority";
import { sshKey } from "../support/fixtures";
import { type Registration, recordProgram, resolved } from "../support/graph";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGv0S6Zzd3YwQ4cJg1VhRrJmYx1mJ1wJ0m0y2m7p8QbN";
let graph: Registration[];
let endpoint: { value: string; secret: boolean };

beforeAll(async () => {
  const authority = await newAuthority();
  graph = await recordProgram(
    async () => {
      const { KubeadmCluster } = await import("../../components/index.js");
      const machines = (name: string, count: number) =>
        Array.from({ length: count }, (_, i) => ({
          name: `${name}-${i}`,
          address: pulumi.secret(`host-of-${name}-${i}.secret.example`),
          privateAddress: pulumi.secret(`10.9.${name.length}.${i + 1}`),
          instanceId: pulumi.secret(`secret-instance-${name}-${i}`),
          zone: pulumi.secret("secret-zone"),
          region: pulumi.secret("secret-region"),
          providerId: pulumi.secret(`aws:///secret-provider/${name}-${i}`),
          dnsNames: [pulumi.secret(`name-of-${name}-${i}.secret.example`)],
          ssh: {
            user: pulumi.secret("secret-user"),
            privateKey: pulumi.secret(sshKey),
            privateKeyPassphrase: pulumi.secret("secret-passphrase"),
            hostKey: pulumi.secret(hostKey),
          },
        }));
      const cluster = new KubeadmCluster("lab", {
        kubernetesVersion: "1.36.3",
        controlPlanes: machines("cp", 3),
        etcdMachines: machines("etcd", 3),
        workerPools: [{ name: "general", machines: machines("worker", 1) }],
        controlPlaneEndpoint: pulumi.secret("api.secret.example:6443"),
        authorities: {
          cluster: { certificate: authority.certificate, privateKey: pulumi.secret(authority.privateKey) },
        },
      });
      endpoint = await resolved(cluster.endpoint);
    },
    { config: {} },
  );
});

test("what a program gives as a secret is one in every input of every resource", () => {
  expect(graph.length).toBeGreaterThan(50);
  const plain = graph.flatMap(({ name, inputs }) => {
    const text = JSON.stringify(inputs);
    const found = /secret[.-]\w+|[\w.-]+\.secret\.example|10\.9\.\d\.\d|BEGIN [A-Z ]*PRIVATE KEY/.exec(text);
    return found ? [`${name}: ${found[0]}`] : [];
  });
  expect(plain).toEqual([]);
});

test("so is the endpoint that it comes out with", () => {
  expect(endpoint).toEqual({ value: "api.secret.example:6443", secret: true });
});
