import { expect, test } from "vitest";
import type { Lab } from "../../support/lab";
import { pause, poll } from "../../support/process";
import type { EchoPod } from "./echo";
import { isObserved, journal } from "./journal";
import { streamsLiveThrough } from "./streams";

/** What the load balancer does, as HAProxy and its clients see it; `pods` are echo servers. */
export function balances(lab: Lab, pods: () => EchoPod[]): void {
  test("a back end that was never checked counts as down until it is found ready", async () => {
    const since = await journal(lab, "lb-1", "haproxy");
    await lab.on("lb-1", "systemctl restart haproxy");
    await everyBackEndIsUp(lab, lab.controlPlanes);
    // HAProxy tells of a server that goes up, and would have nothing to tell of one that was up from the start.
    const told = await since();
    for (const name of lab.controlPlanes) expect(told).toContain(`Server control-planes/${name} is UP`);
  });

  isObserved(lab, "haproxy", /kubernetes-api control-planes\/cp-\d \d+\/\d+\/\d+ \d+ --/, "control-planes");

  test("an API server that lost its etcd is taken out, and put back once it is ready", async () => {
    await lab.on("cp-3", "pkill -STOP -x etcd");
    try {
      await poll("cp-3 to be down", 20, async () =>
        expect(await states(lab)).toEqual({ ...all(lab.controlPlanes, UP), "cp-3": DOWN }),
      );
      for (let i = 0; i < 30; i++) expect(await lab.request("/api/v1/namespaces/kube-system", 5_000)).toBe(200);
    } finally {
      await lab.on("cp-3", "pkill -CONT -x etcd");
    }
    await poll("cp-3 to be up", 60, async () => expect(await states(lab)).toEqual(all(lab.controlPlanes, UP)));
  });

  test("a watch and a log that is followed live through a reload and more than 30 s of silence", async () => {
    await streamsLiveThrough(lab, pods()[0], async () => {
      const silentSince = Date.now();
      await everyBackEndIsUp(lab, lab.controlPlanes);
      const since = await journal(lab, "lb-1", "haproxy");
      await lab.on("lb-1", "echo '# somebody was here' >>/etc/haproxy/haproxy.cfg");
      await lab.up("--replace", await lab.urn("lb-1-configure"));
      const now = await states(lab);
      const told = await since();
      expect(told).toContain("Reloaded haproxy");
      // What is slow for a moment is no matter of the reload.
      expect(told).not.toMatch(/is DOWN, reason: (?!Layer\d timeout)/);
      if (!told.includes("is DOWN")) {
        expect(told).not.toContain("is UP");
        expect(now).toEqual(all(lab.controlPlanes, UP));
      }
      await everyBackEndIsUp(lab, lab.controlPlanes);
      // HAProxy's own limit for silence is 30 s before a connection is a tunnel; the silence is what is tested.
      await pause(silentSince + 36_000 - Date.now());
    });
  });
}

// srv_op_state of https://docs.haproxy.org/2.6/management.html#9.3-show%20servers%20state
const UP = 2;
const DOWN = 0;

/** The state of every back end, as HAProxy tells it. */
export async function states(lab: Lab): Promise<Record<string, number>> {
  const text = await lab.on("lb-1", "echo show servers state control-planes | socat - /run/haproxy/admin.sock");
  const servers = text
    .split("\n")
    .map((line) => line.split(" "))
    .filter((fields) => fields[1] === "control-planes");
  return Object.fromEntries(servers.map((fields) => [fields[3], Number(fields[5])]));
}

const all = (names: string[], state: number) => Object.fromEntries(names.map((name) => [name, state]));

/** Returns when HAProxy finds all of these ready, and knows no other. */
export async function everyBackEndIsUp(lab: Lab, names: string[]): Promise<void> {
  await poll("every back end to be up", 30, async () => expect(await states(lab)).toEqual(all(names, UP)));
}
