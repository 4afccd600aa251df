import { expect } from "vitest";
import type { Any, Lab } from "../../support/lab";
import { poll } from "../../support/process";
import { everyBackEndIsUp } from "../cluster/balancer";
import { hasVoters } from "../cluster/members";

/** What a cluster is known by, and what somebody has in it. */
export class Belongings {
  private readonly names: string[] = [];
  private identity?: object;

  /** One object more, which is to be there ever after. */
  async add(lab: Lab): Promise<void> {
    const name = `kept-${this.names.length}`;
    await lab.kubectl(["create", "configmap", name, `--from-literal=number=${this.names.length}`]);
    this.names.push(name);
    this.identity ??= await identityOf(lab);
  }

  /** Holds when it is the same cluster, with all of them. */
  async areThere(lab: Lab): Promise<void> {
    if (this.identity) expect(await identityOf(lab)).toEqual(this.identity);
    const { items } = await lab.get("configmaps", "-n", "default");
    expect(items.map(({ metadata }: Any) => metadata.name)).toEqual(expect.arrayContaining(this.names));
  }
}

/** What only another cluster would have otherwise. */
async function identityOf(lab: Lab): Promise<object> {
  const { metadata } = await lab.get("namespace", "kube-system");
  const { header } = await lab.etcd(names(lab.configured.controlPlanes)[0], "member", "list");
  return { uid: metadata.uid, etcd: header.cluster_id };
}

const names = (machines: Any[]): string[] => machines.map(({ name }) => name);

/** Holds when the cluster has the machines of the list and no others, all healthy, and nothing is left to be done. */
export async function isSettled(lab: Lab): Promise<void> {
  const { controlPlanes, workerPools = [] } = lab.configured;
  const masters = names(controlPlanes);
  const nodes = [...masters, ...workerPools.flatMap((pool: Any) => names(pool.machines))];
  await poll("etcd to have the members of the list", 60, () => hasVoters(lab, masters));
  await poll("Kubernetes to have the nodes of the list", 120, async () => {
    const { items } = await lab.get("nodes");
    expect(items.map(summary).sort()).toEqual(nodes.map((name) => `${name} Ready`).sort());
  });
  await everyBackEndIsUp(lab, masters);
  expect(await lab.up("--expect-no-changes")).not.toContain("pending operations");
}

function summary({ metadata, spec, status }: Any): string {
  const ready = status.conditions.some((each: Any) => each.type === "Ready" && each.status === "True");
  return `${metadata.name} ${ready ? "Ready" : "not Ready"}${spec.unschedulable ? ", cordoned" : ""}`;
}
