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

/** Prints what of Kubernetes, and of ours, is on a machine. */
const remains = `
  for unit in kubelet kubeadm-ha-approve; do systemctl is-active --quiet "$unit" && echo "$unit runs"; done
  for path in /etc/kubernetes /var/lib/kubelet /var/lib/kubeadm-ha /var/lib/etcd/member /var/lib/cni /etc/cni/net.d/10*; do
    [ ! -e "$path" ] || find "$path" -mindepth 1 | head -n 3
  done
  find /etc/systemd/system /etc/sysctl.d /etc/modules-load.d -name '*kubeadm-ha*'
  ip -o link show | grep -oE '(cni0|flannel[^:@]*|veth[^:@]*)' || true
  nft list ruleset 2>/dev/null | grep -oiE 'kube-[a-z-]+|flannel[a-z-]*' | sort -u || true
  ps -eo args | grep -E '^(/usr/local/bin/)?(kube-|etcd|containerd-shim)' || true`;

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

  test("a destroy resets the machines to what they were before", async () => {
    const { status, output } = await lab.pulumi("destroy", "--yes", "--skip-preview");
    expect(status, output).toBe(0);
    for (const machine of lab.controlPlanes) expect(await lab.on(machine, remains), machine).toBe("");
    expect(await lab.on("lb-1", "ss -Hltn 'sport = :6443'; ls /var/lib/kubeadm-ha 2>/dev/null || true")).toBe("");
  });

  test("so that a cluster can be made of them again", async () => {
    await lab.up();
    await lab.kubectl(["wait", "--for=condition=Ready", "--timeout=60s", "nodes", "--all"], { deadline: 70 });
  });

  test("where a machine is gone, a destroy ends all the same", async () => {
    await lab.lose("cp-2");
    const { status, output } = await lab.pulumi("destroy", "--yes", "--skip-preview");
    expect(status, output).toBe(0);
    expect(output).toContain("note: cp-2 could not be told that it is let go");
  });
});
