import { expect, test } from "vitest";
import type { Any, Lab } from "../../support/lab";
import { poll } from "../../support/process";
import { hasVoters } from "../cluster/members";
import { holders } from "./balancers";
import { identity, servesAllEndpoints } from "./etcd";

/** Machines that are lost with their disks, and replaced. In the end some have other names than the stack's file gave them. */
export function replacesMachines(lab: Lab): void {
  const [, gone] = lab.etcdMachines;
  const [worker] = lab.workers;
  const lose = (name: string) => lab.engine("container", "rm", "--force", "--volumes", "--time=0", lab.container(name));

  test("a member of etcd and a worker are replaced under their names, and the cluster stays the same one", async () => {
    const before = await identity(lab);
    await Promise.all([gone, worker].map(lose));
    const begun = Date.now();
    await lab.up("--replace", await lab.urn(`machines-${gone}`), "--replace", await lab.urn(`machines-${worker}`));
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
  });

  test("a member of etcd and the load balancer with the address are replaced under other names; dead ones hold nobody up", async () => {
    const before = await identity(lab);
    const [active] = await holders(lab);
    await Promise.all([gone, active].map(lose));
    const { etcd, loadBalancers } = lab.configured;
    const instead = (list: Any[], name: string, other: Any) =>
      list.map((machine) => (machine.name === name ? other : machine));
    lab.configure({
      machines: {
        etcd: instead(etcd, gone, lab.another("etcd-4", 24)),
        loadBalancers: instead(loadBalancers, active, lab.another("lb-3", 7)),
      },
    });
    expect(await lab.up()).toContain(`${active} could not be told that it is let go`);
    const members = lab.etcdMachines.map((name) => (name === gone ? "etcd-4" : name));
    await hasVoters(lab, members);
    await servesAllEndpoints(lab, members);
    expect(await identity(lab)).toMatchObject({ cluster: before.cluster, uid: before.uid });
    const others = lab.loadBalancers.filter((name) => name !== active);
    await poll("one of them alone to have the address", 20, async () =>
      expect(await holders(lab, [...others, "lb-3"])).toEqual(others),
    );
    expect(await lab.request("/readyz", 5_000)).toBe(200);
    await lab.up("--expect-no-changes");
  });
}
