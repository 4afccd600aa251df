import { expect, test } from "vitest";
import type { Any, Lab } from "../../support/lab";
import { poll } from "../../support/process";
import { hasVoters } from "./members";

/** The names of the nodes that are Ready. */
export async function readyNodes(lab: Lab): Promise<string[]> {
  const { items } = await lab.get("nodes");
  return items.filter(isReady).map(({ metadata }: Any) => metadata.name);
}

/** What a cluster that is whole says of itself. */
export function isWhole(lab: Lab): void {
  test("every node is Ready, control planes are known as such, with the version that was asked for", async () => {
    const { items } = await lab.get("nodes");
    const wanted = (names: string[], role: boolean) =>
      names.map((name) => ({ name, ready: "True", role, version: "v1.36.3" }));
    expect(items.map(summary)).toEqual([...wanted(lab.controlPlanes, true), ...wanted(lab.workers, false)]);
  });

  test("every pod of the system runs and is ready, two of them CoreDNS, on two nodes", async () => {
    // CoreDNS is scheduled when the network is there; nothing of ours waits for it on a particular node.
    const pods = await poll("all pods to be ready", 60, async () => {
      const items = (
        await Promise.all([lab.get("pods", "-n=kube-system"), lab.get("pods", "-n=kube-flannel")])
      ).flatMap((list) => list.items);
      const waiting = items.filter((pod: Any) => pod.status.phase !== "Running" || !isReady(pod));
      expect(waiting.map((pod: Any) => pod.metadata.name)).toEqual([]);
      const dns = items.filter((pod: Any) => pod.metadata.labels["k8s-app"] === "kube-dns");
      expect(new Set(dns.map((pod: Any) => pod.spec.nodeName)).size, "nodes with CoreDNS").toBe(2);
      return items;
    });
    const each = (apps: string[], machines: string[]) => apps.flatMap((app) => machines.map(() => app));
    const apps = pods.map(({ metadata }: Any) => metadata.labels["k8s-app"] ?? metadata.labels.component).sort();
    expect(apps).toEqual(
      [
        ...each(["kube-apiserver", "kube-controller-manager", "kube-scheduler"], lab.controlPlanes),
        ...each(["etcd"], lab.etcdMachines.length > 0 ? [] : lab.controlPlanes),
        ...each(["kube-proxy", "flannel"], [...lab.controlPlanes, ...lab.workers]),
        ...each(["kube-dns"], ["one", "another"]),
      ].sort(),
    );
  });

  test("every member of etcd is a healthy voter, whichever is asked", async () => {
    await hasVoters(lab, lab.members);
  });

  test("the API is ready through the load balancer", async () => {
    expect(await lab.kubectl(["--request-timeout=10s", "get", "--raw", "/readyz"])).toBe("ok");
  });

  test("no bootstrap token is left", async () => {
    // The one of `kubeadm init` is valid for a second; the token cleaner takes it away.
    await poll("bootstrap tokens to be gone", 30, async () => {
      const { items } = await lab.get("secrets", "-n", "kube-system");
      expect(items.filter((secret: Any) => secret.type === "bootstrap.kubernetes.io/token")).toEqual([]);
    });
  });
}

function summary({ metadata, status }: Any): object {
  return {
    name: metadata.name,
    ready: status.conditions.find(({ type }: Any) => type === "Ready").status,
    role: "node-role.kubernetes.io/control-plane" in metadata.labels,
    version: status.nodeInfo.kubeletVersion,
  };
}

function isReady(object: Any): boolean {
  return object.status.conditions.some(({ type, status }: Any) => type === "Ready" && status === "True");
}
