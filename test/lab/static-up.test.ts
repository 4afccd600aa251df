import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Any, Lab } from "../support/lab";
import { isDoneOnce } from "./cluster/again";
import { isWhole } from "./cluster/kubernetes";
import { admin, provideMachines, rename } from "./static-up/machines";

const lab = new Lab("static-up");
const network = `${lab.stack}-private`;
/** A machine that is called by its full domain name. */
const full = "cp-3.example.com";
const privateAddresses: Record<string, string> = {};

/**
 * What machines of others bring along: sessions with a proxy, and with sudo's search path as RHEL has it; a file system
 * for etcd.
 */
const habits = `
  mkdir -p /var/lib/etcd/lost+found
  for name in http_proxy https_proxy HTTPS_PROXY; do echo "$name=http://192.0.2.1:3128"; done >>/etc/environment
  echo 'Defaults secure_path = /sbin:/bin:/usr/sbin:/usr/bin' >/etc/sudoers.d/path`;

describe("a cluster on machines that somebody else made", () => {
  beforeAll(async () => {
    await lab.begin();
    rename(lab, "cp-3", full);
    await provideMachines(lab, ["cp-2"]);
    for (const machine of lab.machines) await lab.on(machine, habits);
    await giveSecondNetwork();
    await lab.up();
  });
  afterAll(async () => {
    // With the machines: one that is in use stays.
    await lab.engine("network", "rm", "--force", network);
    await lab.end();
  });

  /** Machines talk to each other in a network of their own. Its addresses are the engine's choice. */
  async function giveSecondNetwork(): Promise<void> {
    await lab.engine("network", "create", network);
    const address = async (name: string) => {
      await lab.engine("network", "connect", network, lab.container(name));
      const format = `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`;
      return (await lab.engine("container", "inspect", "--format", format, lab.container(name))).trim();
    };
    for (const balancer of lab.loadBalancers) await address(balancer);
    for (const machine of lab.controlPlanes) privateAddresses[machine] = await address(machine);
    const { controlPlanes } = lab.configured;
    const both = controlPlanes.map((machine: Any) => ({ ...machine, privateAddress: privateAddresses[machine.name] }));
    lab.configure({ machines: { controlPlanes: both } });
  }

  describe("is whole after its first up", () => isWhole(lab));
  describe("is done once", () => isDoneOnce(lab, { "cp-1": 9, "cp-2": 4, [full]: 4, "lb-1": 1 }));

  test("where root lets nobody in, a user with sudo did it all", async () => {
    const accepted =
      "journalctl --unit=ssh --output=cat | sed -n 's/^Accepted publickey for \\([^ ]*\\) .*/\\1/p' | sort -u";
    expect(await lab.on("cp-2", accepted)).toBe(`${admin}\n`);
    expect(await lab.on(full, accepted)).toBe("root\n");
    // As on every other machine: nothing of the cluster belongs to the user, or is for others to read.
    const keys = "find /etc/kubernetes -name '*.key' -o -name '*.conf' | xargs stat -c '%U %a' | sort -u";
    expect(await lab.on("cp-2", keys)).toBe("root 600\n");
  });

  test("the proxies of people's sessions are in nothing of the cluster", async () => {
    for (const machine of ["cp-1", "cp-2"])
      expect(await lab.on(machine, "grep -rl 192.0.2.1 /etc/kubernetes || true; tail -n 1 /etc/environment")).toBe(
        "HTTPS_PROXY=http://192.0.2.1:3128\n",
      );
  });

  test("what machines say to each other, pods included, they say at their private addresses", async () => {
    const { items } = await lab.get("nodes");
    for (const { metadata, status } of items) {
      const own = privateAddresses[metadata.name];
      expect(status.addresses).toContainEqual({ type: "InternalIP", address: own });
      expect(await lab.on(metadata.name, "ip -d -o link show flannel.1")).toContain(` local ${own} `);
    }
    const members = await lab.etcd("cp-1", "member", "list");
    const peers = members.members.map((member: Any) => member.peerURLs[0]).sort();
    expect(peers).toEqual(
      Object.values(privateAddresses)
        .map((own) => `https://${own}:2380`)
        .sort(),
    );
  });

  test("a destroy forgets the machines, and leaves the cluster that runs on them", async () => {
    const { status, output } = await lab.pulumi("destroy", "--yes", "--skip-preview");
    expect(status, output).toBe(0);
    expect(await lab.request("/api/v1/namespaces/kube-system", 5_000)).toBe(200);
  });
});
