import { beforeAll, expect, test } from "vitest";
import { labConfig, labFacts } from "../support/fixtures";
import { type Registration, recordGraph } from "../support/graph";

let graph: Registration[];

beforeAll(async () => {
  labFacts();
  const config = {
    machines: {
      ...labConfig.machines,
      loadBalancers: [
        { name: "lb-1", address: "10.89.40.8" },
        { name: "lb-2", address: "10.89.40.9" },
      ],
    },
    cluster: { ...labConfig.cluster, loadBalancer: { virtualAddress: "10.89.40.10" } },
  };
  graph = await recordGraph({ config, stack: "lab" });
});

const step = (name: string) => {
  const found = graph.filter((r) => r.name === name && r.type === "command:remote:Command");
  expect(found, `exactly one step ${name}`).toHaveLength(1);
  return found[0];
};

test("two load balancers add a step and a farewell each, and the password that they share", () => {
  const names = graph.filter((r) => /lb-|virtual/.test(r.name)).map((r) => `${r.parent} > ${r.type} ${r.name}`);
  expect(names.sort()).toEqual([
    "lab > kubeadm-ha:index:LoadBalancer lab-lb-1",
    "lab > kubeadm-ha:index:LoadBalancer lab-lb-2",
    "lab > kubeadm-ha:index:VirtualAddress lab-virtual-address",
    "lab-lb-1 > command:remote:Command lab-lb-1-configure",
    "lab-lb-2 > command:remote:Command lab-lb-2-configure",
    "lab-machines > command:local:Command lab-machines-lb-1",
    "lab-machines > command:local:Command lab-machines-lb-2",
    "lab-machines > tls:index/privateKey:PrivateKey lab-machines-lb-1-host-key",
    "lab-machines > tls:index/privateKey:PrivateKey lab-machines-lb-2-host-key",
    "lab-virtual-address > command:local:Command lab-virtual-address-lb-1-farewell",
    "lab-virtual-address > command:local:Command lab-virtual-address-lb-2-farewell",
    "lab-virtual-address > tls:index/privateKey:PrivateKey lab-virtual-address-password",
  ]);
});

test("each knows its own address, the other's and the shared one", () => {
  for (const [name, own, other] of [
    ["lb-1", "10.89.40.8", "10.89.40.9"],
    ["lb-2", "10.89.40.9", "10.89.40.8"],
  ]) {
    const { inputs, clear } = step(`lab-${name}-configure`);
    expect(inputs.create).toMatch(/ -- haproxy cp-1,cp-2,cp-3 10\.89\.40\.10 # /);
    expect(clear.stdin).toContain(`unicast_src_ip ${own}\n`);
    expect(clear.stdin).toContain(`unicast_peer {\n    ${other}\n  }`);
    expect(clear.stdin).toContain("10.89.40.10/32 dev $INTERFACE");
  }
});

test("they share one password of eight characters, which is nowhere in clear", () => {
  const passwords = ["lb-1", "lb-2"].map(
    (name) => /auth_pass ([\w-]+)\n/.exec(String(step(`lab-${name}-configure`).clear.stdin))?.[1],
  );
  expect(passwords[0]).toMatch(/^[\w-]{8}$/);
  expect(passwords[1]).toBe(passwords[0]);
  expect(JSON.stringify(graph.map((r) => ({ ...r, clear: undefined })))).not.toContain(passwords[0]);
});

test("nodes and clients reach the API at the shared address, and the cluster is made when both machines serve it", () => {
  const { clear, dependencies } = step("lab-init");
  expect(clear.stdin).toContain("controlPlaneEndpoint: 10.89.40.10:6443");
  expect(dependencies).toEqual(expect.arrayContaining(["lab-lb-1-configure", "lab-lb-2-configure"]));
  expect(dependencies.filter((name) => name.includes("farewell"))).toEqual([]);
});

test("a machine is noted as what it is before one that it was in name alone is removed", () => {
  const removal = graph.find((r) => r.name === "lab-virtual-address-lb-2-farewell");
  expect(removal?.dependencies).toContain("lab-lb-2-configure");
});

test("one that is let go gives the address up, once another machine has its place, too, and not when the whole pair goes", () => {
  const found = graph.filter((r) => r.name === "lab-virtual-address-lb-2-farewell");
  expect(found).toHaveLength(1);
  const [{ inputs, clear, deletedWith, deleteBeforeReplace }] = found;
  expect(inputs.create).toBe("true # until it is deleted");
  expect(inputs.delete).toMatch(/^bash -s -- lb-2 '.*' 'timeout -k 10 135 bash -s -- lb-2 # load-balancer\/leave\.sh /);
  expect(inputs.stdin).toBe("[secret]");
  expect(inputs.triggers).toEqual(["stdout of lab-machines-lb-2"]);
  expect({ deletedWith, deleteBeforeReplace }).toEqual({
    deletedWith: "lab-virtual-address-password",
    deleteBeforeReplace: true,
  });
  expect(clear.stdin).toContain("HostName 10.89.40.9\n");
  expect(clear.stdin).toContain("machine ssh-ed25519 lab-machines-lb-2-host-key\n");
});
