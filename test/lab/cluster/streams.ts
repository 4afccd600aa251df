import { expect } from "vitest";
import type { Lab } from "../../support/lab";
import { poll, Running } from "../../support/process";
import { type EchoPod, echoNamespace } from "./echo";

/** A watch of ConfigMaps by kubectl, through the load balancer, that has begun. */
export async function beginWatch(lab: Lab): Promise<Running> {
  const list = ["get", "configmaps", "--output=name"];
  const there = await lab.kubectl(list);
  expect(there).toContain("kube-root-ca.crt");
  const watch = new Running(lab.kubectlCommand([...list, "--watch"]), { deadline: STREAM });
  await poll("the watch to begin", 20, () => expect(watch.output).toBe(there));
  return watch;
}

/** Seconds that a stream may last: longer than any `up`. */
const STREAM = 1500;

/**
 * Holds when a watch and a pod's log that is followed, both begun before something is done, go on after it: they show
 * nothing meanwhile, as they would if they began anew, and then what is new.
 */
export async function streamsLiveThrough(lab: Lab, pod: EchoPod, something: () => Promise<void>): Promise<void> {
  const log = ["-n", echoNamespace, "logs", pod.name];
  // All of it, which kubectl prints line by line: what comes late would be news.
  const told = await lab.kubectl(log);
  expect(told).toContain("listens");
  const watch = await beginWatch(lab);
  const logs = new Running(lab.kubectlCommand([...log, "--follow"]), { deadline: STREAM });
  try {
    await poll("the log to begin", 20, () => expect(logs.output).toBe(told));
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
