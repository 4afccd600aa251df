import https from "node:https";
import type { Any, Lab } from "./lab";
import { pause } from "./process";

/** What came of the requests of {@link trafficDuring}. */
export interface Traffic {
  /** How many there were. */
  requests: number;
  /** Those that failed, one text each. */
  failed: string[];
  /** Names of objects whose writing was acknowledged, and that are not there. */
  lost: string[];
}

const objects = "/api/v1/namespaces/default/configmaps";

/**
 * Ten reads and ten writes a second through the load balancer while something is done, half of them on connections that
 * are kept and half on new ones; none is ever tried again.
 */
export async function trafficDuring(lab: Lab, cause: () => Promise<unknown>): Promise<Traffic> {
  const run = `traffic-${Date.now()}`;
  const kept = new https.Agent({ keepAlive: true, maxSockets: 4 });
  const failed: string[] = [];
  const acknowledged: string[] = [];
  const pending: Promise<unknown>[] = [];
  let over = false;
  const send = async (number: number) => {
    const agent = number % 4 < 2 ? kept : (false as const);
    const name = `${run}-${number}`;
    const begun = new Date().toISOString();
    try {
      if (number % 2 === 0) await request(lab, agent, "GET", "/api/v1/namespaces/default");
      else {
        const metadata = { name, labels: { run } };
        await request(lab, agent, "POST", objects, { apiVersion: "v1", kind: "ConfigMap", metadata });
        acknowledged.push(name);
      }
    } catch (error) {
      failed.push(`${begun} ${agent ? "kept" : "new"} ${error}`);
    }
  };
  const sending = (async () => {
    for (let number = 0; !over; number++) {
      pending.push(send(number));
      await pause(50);
    }
  })();
  try {
    await cause();
  } finally {
    over = true;
    await sending;
    await Promise.all(pending);
    kept.destroy();
  }
  const list = await lab.get("configmaps", "-n", "default", `--selector=run=${run}`);
  const there = new Set(list.items.map(({ metadata }: Any) => metadata.name));
  await request(lab, false, "DELETE", `${objects}?labelSelector=run%3D${run}`, undefined, 90);
  return { requests: pending.length, failed, lost: acknowledged.filter((name) => !there.has(name)) };
}

/** One request, which has to succeed within so many seconds. */
function request(
  lab: Lab,
  agent: https.Agent | false,
  method: string,
  path: string,
  body?: object,
  seconds = 10,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const signal = AbortSignal.timeout(seconds * 1_000);
    const sent = https.request({ ...lab.client, agent, method, path, headers, signal }, (response) => {
      const { statusCode = 0 } = response;
      response
        .once("error", reject)
        .once("end", () => (statusCode < 300 ? resolve() : reject(new Error(`${method}: status ${statusCode}`))))
        .resume();
    });
    sent.once("error", (error) => reject(new Error(`${method}: ${error.message}`)));
    sent.end(body && JSON.stringify(body));
  });
}
