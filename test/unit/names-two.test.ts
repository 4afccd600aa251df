import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { KubeadmCluster, type KubeadmClusterArgs } from "../../components";
import { AwsMachines } from "../../components/machines/aws/aws";
import { commandAndTls, record } from "../support/record";
import { knownOf } from "../support/urns";

const ssh = { privateKey: pulumi.secret("KEY"), hostKey: "ssh-ed25519 AAAA" };
/** Machines of a cluster with addresses of their own. */
const machines = (names: string[], list: number) =>
  names.map((name, i) => ({ name, address: `192.0.2.${20 * list + i}`, ssh }));

/** Who a cluster is made of, by list. */
interface Names {
  cp?: string[];
  etcd?: string[];
  lb?: string[];
  worker?: string[];
}

function argsOf({ cp = [], etcd = [], lb = [], worker = [] }: Names, more: Partial<KubeadmClusterArgs> = {}) {
  const controlPlanes = [...cp, "c-1", "c-2", "c-3"].slice(0, 3);
  return {
    kubernetesVersion: "1.36.3",
    controlPlanes: machines(controlPlanes, 1),
    etcdMachines: etcd.length > 0 ? machines([...etcd, "e-1", "e-2", "e-3"].slice(0, 3), 2) : [],
    loadBalancers: machines(lb, 3),
    controlPlaneEndpoint: lb.length > 0 ? undefined : "api.example.com:6443",
    workerPools: worker.length > 0 ? [{ name: "pool", machines: machines(worker, 4) }] : [],
    ...more,
  };
}

/** The URNs that a program asks for. */
async function urns(program: () => void): Promise<string[]> {
  const answer = await commandAndTls();
  const requests = await record(program, { config: {} }, { resource: answer, call: ({ inputs }) => inputs });
  return knownOf(requests, "test").map(({ urn }) => urn);
}

/** What a program is refused with; "" where it is not. */
async function refusal(program: () => void): Promise<string> {
  let message = "";
  await urns(() => {
    try {
      program();
    } catch (error) {
      message = (error as Error).message;
    }
  });
  return message;
}

const kubeadm = { certificates: { mode: "kubeadm" } } as const;
const keys = (...names: string[]) => ({ security: { encryption: { keys: names } } });
const vip = { loadBalancer: { virtualAddress: "192.0.2.250" } };

const one = { cp: ["a"] };
const x = "p-rollout-x";
type Cluster = [name: string, machines: Names, more?: Partial<KubeadmClusterArgs>];

test.each<[string, boolean, Cluster, Cluster]>([
  ["control planes", true, ["prod", { cp: ["eu-cp-1"] }], ["prod-eu", { cp: ["cp-1"] }]],
  ["a worker and a control plane", true, ["prod-eu", { cp: ["cp-1"] }], ["prod", { worker: ["eu-cp-1"] }]],
  ["etcd and a worker", true, ["prod", { etcd: ["eu-1"] }], ["prod-eu", { worker: ["1"] }]],
  ["load balancers", true, ["prod", { lb: ["eu-lb"] }], ["prod-eu", { lb: ["lb"] }]],
  ["a load balancer and a control plane", false, ["prod", { lb: ["eu-a"] }], ["prod-eu", one]],
  ["a pair", true, ["p", { lb: ["x-virtual-address-a", "b"] }, vip], ["p-virtual-address-x", { lb: ["a", "b"] }, vip]],
  ["turns", true, ["prod", { cp: ["eu-rollout-a"] }], ["prod-rollout-eu", { worker: ["a"] }]],
  ["a turn, and a key step", true, ["p", { cp: ["x-rollout-a-key"] }], [x, one, keys("new", "old")]],
  ["a turn, and one key", false, ["p", { cp: ["x-rollout-a-key"] }], [x, one]],
  ["certificates of etcd", true, ["p", { etcd: ["x-etcd-pki-a"] }], ["p-etcd-pki-x", { etcd: ["a"] }]],
  ["one called like those", false, ["p", { cp: ["x-etcd-pki-a"] }], ["p-etcd-pki-x", { etcd: ["a"] }]],
  ["what kubeadm shares", true, ["p", { cp: ["x-sharing-a"] }, kubeadm], ["p-sharing-x", one, kubeadm]],
  ["keys", true, ["p", {}, keys("x-pki-encryption-key-1")], ["p-pki-encryption-x", {}]],
  ["words of ours", false, ["prod", { cp: ["rollout", "etcd-pki"], worker: ["init", "a-join"] }], ["prod-a", {}]],
  ["a cluster called like a part of another", false, ["prod", {}], ["prod-pki", { cp: ["encryption"] }]],
  ["a common beginning", false, ["prod", { cp: ["eu-1"] }], ["prod-eu", { cp: ["eu-1"] }]],
  ["the same machines", false, ["prod", { cp: ["cp-1"] }], ["test", { cp: ["cp-1"] }]],
])("%s: two clusters are refused just where they have a URN in common", async (_, refused, ...clusters) => {
  const programs = clusters.map(([name, list, more]) => {
    const args = argsOf(list, more);
    return () => new KubeadmCluster(name, args);
  });
  const [first, second] = [await urns(programs[0]), await urns(programs[1])];
  for (const each of [first, second]) expect(new Set(each).size).toBe(each.length);
  expect(first.some((urn) => second.includes(urn))).toBe(refused);
  const message = await refusal(() => programs.map((program) => program()));
  for (const [name] of refused ? clusters : []) expect(message).toContain(`cluster "${name}"`);
  expect(message !== "").toBe(refused);
});

const prod = argsOf({ cp: ["eu-cp-1"], lb: ["eu-lb"] });
const europe = argsOf({ cp: ["x", "cp-1"], lb: ["lb"] });

test("the message names both machines and both clusters, and comes with all other problems", async () => {
  const rename = "give one of the two, or its cluster, another name (what is made already would be made again)";
  const message = await refusal(() => {
    new KubeadmCluster("prod", prod);
    new KubeadmCluster("prod-eu", { ...europe, podCidr: "10.96.0.0/16" });
  });
  expect(message.split("\n").map((line) => line.trim())).toEqual([
    'KubeadmCluster "prod-eu" has 3 problems; nothing of it was made:',
    `controlPlanes[1].name: "cp-1" of cluster "prod-eu" and "eu-cp-1" of cluster "prod" would both have the resource "prod-eu-cp-1"; ${rename}`,
    `loadBalancers[0].name: "lb" of cluster "prod-eu" and "eu-lb" of cluster "prod" would both have the resource "prod-eu-lb"; ${rename}`,
    'podCidr: "10.96.0.0/16" overlaps serviceCidr "10.96.0.0/12"; they must have no address in common',
  ]);
});

/** What a cluster is in: components of somebody's own, by their types from the outermost on. */
function below(name: string, ...types: string[]): pulumi.ComponentResourceOptions {
  return types.reduce<pulumi.ComponentResourceOptions>(
    (opts, type, i) => ({ parent: new pulumi.ComponentResource(type, `${name}-${i}`, {}, opts) }),
    {},
  );
}

test.each([
  [true, ["a:b:Site"], ["a:b:Site"]],
  [true, ["a:b:Region", "a:b:Site"], ["a:b:Region", "a:b:Site"]],
  [false, ["a:b:Site"], ["a:b:Other"]],
  [false, ["a:b:Site"], []],
  [false, ["a:b:Region", "a:b:Site"], ["a:b:Zone", "a:b:Site"]],
  [false, ["a:b:Region", "a:b:Site"], ["a:b:Site"]],
])("a URN has the types of what a cluster is in, not its name: %s for %j and %j", async (refused, one, other) => {
  const first = () => new KubeadmCluster("prod", prod, below("one", ...one));
  const second = () => new KubeadmCluster("prod-eu", europe, below("two", ...other));
  const [inFirst, inSecond] = [await urns(first), await urns(second)];
  expect(inFirst.some((urn) => inSecond.includes(urn))).toBe(refused);
  expect((await refusal(() => [first(), second()])) !== "").toBe(refused);
});

test("what one deployment has is nothing to the next, nor a parent from elsewhere", async () => {
  await urns(() => new KubeadmCluster("prod", prod));
  expect(await refusal(() => new KubeadmCluster("prod-eu", europe))).toBe("");
  const elsewhere = () => ({ parent: new pulumi.DependencyResource("urn:pulumi:test::kubeadm-ha::a:b:Site::one") });
  const program = () => [
    new KubeadmCluster("prod", prod, elsewhere()),
    new KubeadmCluster("prod-eu", europe, elsewhere()),
  ];
  expect(await refusal(program)).toBe("");
});

test("machines on AWS are called after those that they are among, too", async () => {
  const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
  const args = (...names: string[]) => ({
    cluster: "c",
    zones,
    controlPlanes: names.map((name) => ({ name })),
    networkLoadBalancer: {},
    sshCidrs: ["172.31.0.0/16"],
  });
  const made = (first: [string, ...string[]], second: [string, ...string[]]) =>
    refusal(() => {
      for (const [name, ...rest] of [first, second]) new AwsMachines(name, args(...rest));
    });
  expect(await made(["prod", "eu-1", "a-2", "a-3"], ["prod-eu", "b-1", "b-2", "b-3"])).toBe("");
  expect(await made(["prod", "eu-b-1", "a-2", "a-3"], ["prod-eu", "b-1", "b-2", "b-3"])).toMatch(
    /\n {2}controlPlanes\[0\]\.name: "b-1" of machines "prod-eu" and "eu-b-1" of machines "prod" would both have /,
  );
  expect(await made(["prod", "x-api-b-1", "a-2", "a-3"], ["prod-api-x", "b-1", "b-2", "b-3"])).toMatch(
    /"b-1" of machines "prod-api-x" and "x-api-b-1" of machines "prod"/,
  );
});
