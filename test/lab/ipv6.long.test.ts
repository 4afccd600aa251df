import { isIPv6 } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Any, Lab } from "../support/lab";
import { poll } from "../support/process";
import { deployEcho, type EchoPod, echoNamespace } from "./cluster/echo";
import { isWhole, readyNodes } from "./cluster/kubernetes";
import { hasVoters } from "./cluster/members";
import { carriesPods } from "./cluster/network";

describe("a cluster of IPv6 alone", () => {
  const lab = new Lab("ipv6", "lab-ipv6");
  usesFamilies(lab, ["IPv6"]);

  test("the virtual address moves to the other load balancer", async () => {
    const { virtualAddress } = lab.config.cluster.loadBalancer as { virtualAddress: string };
    const has = (name: string) => lab.on(name, `ip -6 address show to ${virtualAddress}`);
    expect(await has("lb-1")).not.toBe("");
    await lab.on("lb-1", "systemctl stop keepalived");
    await poll("lb-2 to serve the address", 30, async () => {
      expect(await has("lb-2")).not.toBe("");
      expect(await lab.request("/readyz", 3_000)).toBe(200);
    });
    await lab.on("lb-1", "systemctl start keepalived");
  });

  test("a control plane that is lost is replaced, and so is its member of etcd", async () => {
    await lab.lose("cp-2");
    await lab.up("--replace", await lab.urn("machines-cp-2"));
    await hasVoters(lab, lab.controlPlanes);
    expect((await readyNodes(lab)).sort()).toEqual([...lab.controlPlanes, ...lab.workers].sort());
  });

  test("a changed setting of etcd reaches every member, one after the other", async () => {
    lab.configure({ cluster: { etcd: { snapshotCount: 20_000 } } });
    await lab.up();
    for (const name of lab.controlPlanes)
      expect(await lab.on(name, "pgrep -ax etcd")).toContain("--snapshot-count=20000");
  });
});

describe("a cluster of both families", () => {
  const lab = new Lab("dual-stack", "lab-dual-stack");
  usesFamilies(lab, ["IPv4", "IPv6"]);

  test("clients of the other family reach the API, too", async () => {
    const [{ secondAddress: host }] = lab.configured.loadBalancers;
    expect(await lab.request("/readyz", 5_000, { host })).toBe(200);
  });
});

/** What holds for a cluster whose machines have addresses of these families, the first one of its own Services. */
function usesFamilies(lab: Lab, families: string[]): void {
  let pods: EchoPod[];

  beforeAll(async () => {
    await lab.begin();
    await lab.up();
    pods = await deployEcho(lab, families);
  });
  afterAll(() => lab.end());

  describe("is whole after its first up", () => isWhole(lab));
  describe("has a network", () => carriesPods(lab, () => pods));

  test("every Node has its addresses of each family, and a range of pods of each", async () => {
    const { items } = await lab.get("nodes");
    for (const { metadata, spec, status } of items) {
      const internal = status.addresses.filter(({ type }: Any) => type === "InternalIP");
      expect(internal.map(({ address }: Any) => address)).toEqual(addressesOf(lab, metadata.name));
      expect(spec.podCIDRs.map(familyOf)).toEqual(families);
    }
  });

  test("a Service of each family answers, and DNS knows its address", async () => {
    const { spec } = await lab.get("service", "echo", "-n", echoNamespace);
    expect(spec.clusterIPs.map(familyOf)).toEqual(families);
    const inPod = (script: string) =>
      lab.kubectl(["-n", echoNamespace, "exec", pods[0].name, "--", "timeout", "20", "bash", "-c", script]);
    for (const address of spec.clusterIPs) {
      const nodes = pods.map(({ node }) => node);
      for (let i = 0; i < 5; i++) expect(nodes).toContain(await inPod(`cat </dev/tcp/${address}/8080`));
      const database = isIPv6(address) ? "ahostsv6" : "ahostsv4";
      expect(await inPod(`getent ${database} echo.${echoNamespace}.svc.cluster.local`)).toContain(`${address} `);
    }
  });

  test("members of etcd have URLs of the first family", async () => {
    const { members } = await lab.etcd("cp-1", "member", "list");
    for (const { name, clientURLs, peerURLs } of members) {
      const [address] = addressesOf(lab, name);
      const host = isIPv6(address) ? `[${address}]` : address;
      expect([clientURLs, peerURLs]).toEqual([[`https://${host}:2379`], [`https://${host}:2380`]]);
    }
  });

  test("every kubelet has a certificate of the cluster, with its addresses", async () => {
    const names = "openssl x509 -noout -ext subjectAltName -in /var/lib/kubelet/pki/kubelet-server-current.pem";
    for (const machine of [...lab.controlPlanes, ...lab.workers]) {
      const told = [...(await lab.on(machine, names)).matchAll(/IP Address:([^,\s]+)/g)].map(([, address]) => address);
      expect(told.map(plain).sort()).toEqual(addressesOf(lab, machine).map(plain).sort());
    }
  });

  test("another up, and another preview, changes nothing", async () => {
    await lab.up("--expect-no-changes");
    const { status, output } = await lab.pulumi("preview", "--expect-no-changes");
    expect(status, output).toBe(0);
  });
}

/** The addresses of a machine, in their order. */
function addressesOf(lab: Lab, name: string): string[] {
  const { controlPlanes, workerPools } = lab.configured;
  const all = [...controlPlanes, ...workerPools.flatMap((pool: Any) => pool.machines)];
  const { address, secondAddress } = all.find((machine) => machine.name === name);
  return [address, ...(secondAddress ? [secondAddress] : [])];
}

function familyOf(range: string): string {
  return range.includes(":") ? "IPv6" : "IPv4";
}

/** One way of writing it. */
function plain(address: string): string {
  return isIPv6(address) ? new URL(`http://[${address}]`).hostname : address;
}
