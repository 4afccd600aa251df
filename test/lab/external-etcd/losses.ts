import { expect, test } from "vitest";
import type { Any, Lab } from "../../support/lab";
import { poll } from "../../support/process";
import { hasVoters } from "../cluster/members";
import { holders } from "./balancers";
import { identity } from "./etcd";

/**
 * Machines that are lost with their disks, and replaced. In the end a load balancer has another name than the stack's
 * file gave it.
 */
export function replacesMachines(lab: Lab): void {
  const [, gone] = lab.etcdMachines;
  const [worker] = lab.workers;

  test("a member of etcd and a worker are replaced under their names, and the load balancer with the address under another one", async () => {
    const before = await identity(lab);
    const [active] = await holders(lab);
    const lost = [gone, worker, active];
    await Promise.all(lost.map((name) => lab.lose(name)));
    const begun = Date.now();
    const loadBalancers = lab.configured.loadBalancers.filter(({ name }: Any) => name !== active);
    const others = loadBalancers.map(({ name }: Any) => name);
    lab.configure({ machines: { loadBalancers: [...loadBalancers, lab.another("lb-3", 7)] } });
    const replace = await Promise.all([gone, worker].map((name) => lab.urn(`machines-${name}`)));
    const output = await lab.up(...replace.flatMap((urn) => ["--replace", urn]));
    // The dead one holds nobody up.
    expect(output).toContain(`${active} could not be told that it is let go`);

    const after = await identity(lab);
    expect({ ...after, members: undefined }).toEqual({ ...before, members: undefined });
    expect(after.members[gone], "its seat is a new one").not.toBe(before.members[gone]);
    await hasVoters(lab, lab.etcdMachines);
    // Its Node is the one that was there; what is new is who speaks for it.
    const { metadata, status } = await lab.get("node", worker);
    expect(metadata.labels).toHaveProperty(["kubeadm-ha/pool"]);
    expect(status.conditions.find(({ type }: Any) => type === "Ready").status).toBe("True");
    expect(await lab.on(worker, "systemctl is-active kubelet")).toBe("active\n");
    expect(Date.parse((await lab.get("lease", worker, "-n", "kube-node-lease")).spec.renewTime)).toBeGreaterThan(begun);
    await poll("one of them alone to have the address", 20, async () =>
      expect(await holders(lab, [...others, "lb-3"])).toEqual(others),
    );
    expect(await lab.request("/readyz", 5_000)).toBe(200);
    await lab.up("--expect-no-changes");
  });
}
