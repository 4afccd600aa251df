import { expect } from "vitest";
import type { Lab } from "../../support/lab";
import { poll, Running } from "../../support/process";
import { type EchoPod, echoNamespace } from "./echo";

/** A watch of ConfigMaps by kubectl, through the load balancer, that has begun. */
export async function beginWatch(lab: Lab): Promise<Running> {
  const watch = new Running(lab.kubectlCommand(["get", "configmaps", "--watch", "--output=name"]), { deadline: 600 });
  await poll("the watch to begin", 20, () => expect(watch.output).toContain("kube-root-ca.crt"));
  return watch;
}

/**
 * Holds when a watch and a pod's log that is followed, both begun before something is done, go on after it: they show nothing
 * meanwhile, as they would if they began anew, and then what is new.
 */
export async function streamsLiveThrough(lab: Lab, pod: EchoPod, something: () => Promise<void>): Promise<void> {
  const watch = await beginWatch(lab);
  const logs = new Running(lab.kubectlCommand(["-n", echoNamespace, "logs", "--follow", pod.name]), { deadline: 600 });
  try {
    await poll("the log to begin", 20, () => expect(logs.output).toContain("listens"));
    const before = { watch: watch.output, logs: logs.output };
    await something();
    expect({ watch: watch.output, logs: logs.output }).toEqual(before);
    const news = `news-${Date.now()}`;
    await lab.kubectl(["create", "configmap", news]);
    await lab.on(pod.node, `cat </dev/tcp/${pod.address}/8080`);
    await poll("the watch and the log to go on", 20, () => {
      expect(watch.output.slice(before.watch.length)).toContain(`configmap/${news}`);
      expect(logs.output.slice(before.logs.length)).toContain(`${pod.node} was asked`);
    });
    expect([watch.over, logs.over]).toEqual([false, false]);
  } finally {
    watch.crash();
    logs.crash();
  }
}
