import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import type { KubeadmClusterArgs } from "../../components";
import { checkedRelease } from "../../components/cluster/checked";

const release = (given: KubeadmClusterArgs) => checkedRelease("prod", given);

const ssh = { privateKey: pulumi.secret("KEY"), hostKey: "ssh-ed25519 AAAA" };
const later = pulumi.output(Promise.resolve("10.0.0.1"));
const args = (more: Partial<KubeadmClusterArgs>): KubeadmClusterArgs => ({
  kubernetesVersion: "1.36.3",
  controlPlanes: ["cp-1", "cp-2", "cp-3"].map((name) => ({ name, address: later, ssh })),
  controlPlaneEndpoint: later,
  ...more,
});

test("what is known only later is not judged, but for its being there", () => {
  expect(() => release(args({}))).not.toThrow();
  expect(() => release(args({ controlPlaneEndpoint: Promise.resolve("api:6443") }))).not.toThrow();
  expect(() => release(args({ controlPlaneEndpoint: undefined }))).toThrow(/loadBalancers: 0 load balancers;/);
});

test("messages name the arguments of the cluster, not the keys of a configuration", () => {
  const etcdMachines = [{ name: "cp-1", address: "10.0.0.1", ssh }];
  expect(() => release(args({ etcdMachines, etcd: { snapshotCount: 0 } }))).toThrow(
    /etcd\.snapshotCount: 0 .*\n {2}etcdMachines: 1 machines .*\n {2}etcdMachines\[0\]\.name: /,
  );
});

test("what is known is judged next to it, at its own path", () => {
  const { controlPlanes } = args({});
  const dnsNames = [later, "A.example.com"];
  expect(() =>
    release(args({ controlPlanes: [{ ...controlPlanes[0], dnsNames }, ...controlPlanes.slice(1)] })),
  ).toThrow(/^KubeadmCluster "prod" has 1 problem; .*\n {2}controlPlanes\[0\]\.dnsNames\[1\]: "A\.example\.com"/);
});
