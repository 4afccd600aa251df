import { expect, test } from "vitest";
import { labConfig } from "../support/fixtures";
import { configOf } from "../support/model";
import { only, problems } from "../support/problems";

const pods = (podCidr: string, extraArgs: Record<string, string>) => ({
  ...(podCidr.startsWith("fd") ? configOf("lab-ipv6", "10.89.60") : labConfig),
  cluster: {
    ...labConfig.cluster,
    ...(podCidr.startsWith("fd") ? { loadBalancer: { virtualAddress: "fd00:10:89:60::10" } } : {}),
    podCidr,
    serviceCidr: podCidr.startsWith("fd") ? "fd00:20::/112" : "172.20.0.0/16",
    controllerManager: { extraArgs },
  },
});

test.each([
  ["10.244.0.0/24", { "node-cidr-mask-size": "26" }],
  ["10.244.0.0/24", { "node-cidr-mask-size-ipv4": "26" }],
  ["10.244.0.0/26", { "node-cidr-mask-size-ipv4": "28" }],
  ["10.244.0.0/26", { "allocate-node-cidrs": "false" }],
  ["fd00:10::/48", {}],
  ["fd00:10::/64", { "node-cidr-mask-size-ipv6": "72" }],
])("pods in %s, with %j", (podCidr, extraArgs) => expect(problems(pods(podCidr, extraArgs))).toEqual([]));

test.each([
  ["10.244.0.0/23", {}, "has room for 2 nodes; needed: 3, with a /24 each"],
  [
    "10.240.0.0/20",
    { "node-cidr-mask-size": "20" },
    "has room for 1 node; needed: 3, with a /20 each; take a larger range, or a larger node-cidr-mask-size",
  ],
  [
    "10.244.0.0/26",
    { "node-cidr-mask-size": "28" },
    "is smaller than a /24, which kubeadm takes each node to get; set node-cidr-mask-size-ipv4 instead of node-cidr-mask-size",
  ],
  [
    "fd00::/32",
    {},
    "is too large for a /64 for each node; allowed by kubeadm: /48 at most, or another node-cidr-mask-size-ipv6",
  ],
])("no pods in %s, with %j", (podCidr, extraArgs, message) =>
  expect(problems(pods(podCidr, extraArgs))).toContain(`  cluster.podCidr: "${podCidr}" ${message}`),
);

test("flags that kube-controller-manager refuses", () => {
  const flag = "node-cidr-mask-size";
  const at = `cluster.controllerManager.extraArgs.${flag}`;
  expect(only(pods("10.244.0.0/16", { [flag]: "/26" }))).toBe(
    `${at}: "/26" is not the length of a prefix; allowed: 1 to 32`,
  );
  expect(only(pods("10.244.0.0/16", { [flag]: "26", [`${flag}-ipv4`]: "26" }))).toBe(
    `${at}: is not allowed with a podCidr of IPv4 and ${flag}-ipv4; leave it out`,
  );
  expect(only(pods("10.244.0.0/16", { [`${flag}-ipv6`]: "80" }))).toBe(
    `${at}-ipv6: is not allowed with a podCidr of IPv4; leave it out`,
  );
});
