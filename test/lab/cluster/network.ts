import { expect, test } from "vitest";
import type { Any, Lab } from "../../support/lab";
import { poll, run } from "../../support/process";
import { type EchoPod, echoNamespace } from "./echo";

/** What the pod network carries; `pods` are echo servers, one on each node. */
export function carriesPods(lab: Lab, pods: () => EchoPod[]): void {
  const inPod = (pod: string, script: string) =>
    lab.kubectl(["-n", echoNamespace, "exec", pod, "--", "timeout", "10", "bash", "-c", script]);

  test("a pod reaches the pods of every node by address", async () => {
    const pairs = pods().flatMap((from) => pods().map((to) => ({ from, to })));
    const families = pods()[0].addresses.length;
    expect(pairs).toHaveLength((lab.controlPlanes.length + lab.workers.length) ** 2);
    for (const { from, to } of pairs) {
      expect(to.addresses).toHaveLength(families);
      for (const address of to.addresses)
        expect(await inPod(from.name, `cat </dev/tcp/${address}/8080`), `${from.node} to ${address}`).toBe(to.node);
    }
  });

  test("a pod reaches a Service by its name, and thereby every pod behind it", async (context) => {
    const { items } = await lab.get("pods", "-n", "kube-system", "-l", "k8s-app=kube-dns");
    const bridged = (await lab.on("cp-1", "ls /proc/sys/net")).includes("bridge");
    if (await hasBridgeFilter()) expect(bridged, "machines have the br_netfilter of this machine's kernel").toBe(true);
    // Without it a reply from a pod of the same node bypasses the address translation of the Service.
    const able = pods().filter(({ node }) => bridged || !items.some((pod: Any) => pod.spec.nodeName === node));
    context.skip(able.length === 0, "the kernel of this machine has no br_netfilter, and CoreDNS is on every node");
    const [{ name, node }] = able;
    const expected = pods()
      .map((pod) => pod.node)
      .filter((other) => bridged || other !== node);
    const seen = new Set<string>();
    await poll("the Service to lead to every pod", 60, async () => {
      seen.add(await inPod(name, `timeout 2 cat </dev/tcp/echo.${echoNamespace}.svc.cluster.local/8080`));
      expect([...seen].sort()).toEqual(expected.sort());
    });
  });

  test("kubectl reads the log of a pod on every node", async () => {
    for (const { name, node } of pods())
      expect(await lab.kubectl(["-n", echoNamespace, "logs", name]), node).toContain(`${node} listens`);
  });
}

/** Whether the kernel that all machines share has br_netfilter, or a module of it to load. */
async function hasBridgeFilter(): Promise<boolean> {
  const script = "PATH=$PATH:/sbin:/usr/sbin; test -e /proc/sys/net/bridge || modprobe --dry-run --quiet br_netfilter";
  return (await run(["sh", "-c", script])).status === 0;
}
