import { describe, expect, test } from "vitest";
import type { Lab } from "../../support/lab";
import { pause, poll } from "../../support/process";
import { states } from "./balancer";
import { isWhole } from "./kubernetes";
import { knowsVoters } from "./members";

/** What becomes of the cluster when a machine fails, each of VICTIMS in turn. */
export function survives(lab: Lab, victims: string[]): void {
  for (const victim of victims) {
    test(`${victim} is killed: clients go on within 5 s; started again, it is whole by itself`, async () => {
      const outage = await outageOf(lab, () => lab.engine("container", "kill", "--signal=KILL", lab.container(victim)));
      expect(outage).toBeLessThan(5);

      const started = Date.now();
      await lab.engine("container", "start", lab.container(victim));
      await poll(`${victim} to be back`, 180, async () => {
        // A Node stays Ready for 40 s after its kubelet's last word; only a renewed lease is news.
        const { spec } = await lab.get("lease", victim, "-n", "kube-node-lease");
        expect(Date.parse(spec.renewTime)).toBeGreaterThan(started);
        await knowsVoters(lab, lab.members.includes(victim) ? victim : lab.members[0], lab.members);
        expect(await states(lab)).toHaveProperty(victim, 2);
      });
      await lab.kubectl(["wait", "--for=condition=Ready", "--timeout=90s", "nodes", "--all"], { deadline: 100 });
    });
  }
}

/** What becomes of it when the first control plane, where it began, is lost. */
export function survivesItsFirst(lab: Lab): void {
  describe("when the first control plane is lost with its disks and replaced", () => {
    test("it joins the cluster that is there", async () => {
      const before = await identity(lab);
      const [gone] = lab.controlPlanes;
      await lab.lose(gone);
      await lab.make("replace", `MACHINE=${gone}`);
      expect(await identity(lab)).toEqual(before);
    });

    isWhole(lab);
  });
}

/** Causes something, and gives the seconds from then to the end of the last request that failed; 0 where none did. */
async function outageOf(lab: Lab, cause: () => Promise<unknown>): Promise<number> {
  const begun = Date.now();
  let lastFailure = begun;
  let caused = false;
  const causing = cause().then(() => {
    caused = true;
  });
  // Long enough for every back end to have had its turn many times.
  while (!caused || Date.now() < lastFailure + 8_000) {
    const status = await lab.request("/api/v1/namespaces/kube-system", 1_000).catch(() => undefined);
    if (status !== 200) lastFailure = Date.now();
    if (Date.now() > begun + 60_000) break;
    await pause(50);
  }
  await causing;
  return (lastFailure - begun) / 1000;
}

/** What only another `kubeadm init` would change. */
async function identity(lab: Lab): Promise<object> {
  const { metadata } = await lab.get("namespace", "kube-system");
  const { header } = await lab.etcd(lab.members[2], "member", "list");
  const authorities = "cat /etc/kubernetes/pki/{ca.crt,etcd/ca.crt,front-proxy-ca.crt,sa.pub} | sha256sum";
  const digests = await Promise.all(lab.controlPlanes.map((name) => lab.on(name, authorities)));
  return { uid: metadata.uid, etcd: header.cluster_id, authorities: digests };
}
