import { expect, test } from "vitest";
import type { Any, Lab } from "../../support/lab";
import { trafficDuring } from "../../support/traffic";
import { everyBackEndIsUp } from "./balancer";
import { deployEcho } from "./echo";
import { hasVoters } from "./members";
import { streamsLiveThrough } from "./streams";

/** What becomes of the cluster when it gets two control planes more, and when two go. */
export function grows(lab: Lab): void {
  test("from three to five control planes: HAProxy takes them in by a reload, and watches and logs live through it", async () => {
    const five = [...lab.controlPlanes, "cp-4", "cp-5"];
    const more = [lab.another("cp-4", 14), lab.another("cp-5", 15)];
    const haproxy = () => lab.on("lb-1", "systemctl show --property=MainPID haproxy");
    const before = await haproxy();
    const pods = await deployEcho(lab);
    await streamsLiveThrough(lab, pods[0], async () => {
      lab.configure({ machines: { controlPlanes: [...lab.configured.controlPlanes, ...more] } });
      await lab.up();
    });
    expect(await haproxy()).toBe(before);
    await everyBackEndIsUp(lab, five);
    await hasVoters(lab, five);
    await lab.kubectl(["wait", "--for=condition=Ready", "--timeout=60s", "nodes", "--all"], { deadline: 70 });
    const { items } = await lab.get("nodes", "--selector=node-role.kubernetes.io/control-plane");
    expect(items.map(({ metadata }: Any) => metadata.name)).toEqual(five);
    await lab.up("--expect-no-changes");
  });

  test("back to three without two in the middle: no request fails, no write is lost, and nothing is left of them", async () => {
    const [first, second, ...rest] = lab.configured.controlPlanes;
    const stay = [first, ...rest.filter(({ name }: Any) => name !== "cp-4")];
    const names = stay.map(({ name }: Any) => name);
    lab.configure({ machines: { controlPlanes: stay } });
    const { requests, failed, lost } = await trafficDuring(lab, () => lab.up());
    expect({ failed, lost }).toEqual({ failed: [], lost: [] });
    expect(requests).toBeGreaterThan(300);
    await hasVoters(lab, names);
    const { items } = await lab.get("nodes", "--selector=node-role.kubernetes.io/control-plane");
    expect(items.map(({ metadata }: Any) => metadata.name).sort()).toEqual([...names].sort());
    await everyBackEndIsUp(lab, names);
    for (const gone of [second.name, "cp-4"])
      expect(await lab.engine("container", "ls", "-aq", "--filter", `name=^${lab.container(gone)}$`)).toBe("");
    await lab.up("--expect-no-changes");
  });
}
