import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Any, Lab } from "../support/lab";
import { trafficDuring } from "../support/traffic";
import { everyBackEndIsUp } from "./cluster/balancer";
import { hasVoters } from "./cluster/members";

const lab = new Lab("leaves", "lab");
const machine = (number: number) => lab.another(`cp-${number}`, 10 + number);
const worker = (number: number) => lab.another(`worker-${number}`, 30 + number);

/** Configures these machines. */
function list(controlPlanes: number[], workers: number[]): void {
  lab.configure({
    machines: {
      controlPlanes: controlPlanes.map(machine),
      workerPools: [{ name: "general", machines: workers.map(worker) }],
    },
  });
}

/** Holds when the cluster consists of exactly these, and nothing is left to do. */
async function consistsOf(controlPlanes: number[], workers: number[]): Promise<void> {
  const leaders = controlPlanes.map((number) => `cp-${number}`);
  const names = [...leaders, ...workers.map((number) => `worker-${number}`)].sort();
  await hasVoters(lab, leaders);
  await lab.kubectl(["wait", "--for=condition=Ready", "--timeout=90s", "nodes", "--all"], { deadline: 100 });
  const { items } = await lab.get("nodes");
  expect(items.map(({ metadata }: Any) => metadata.name).sort()).toEqual(names);
  expect(items.filter(({ spec }: Any) => spec.unschedulable)).toEqual([]);
  await everyBackEndIsUp(lab, leaders);
  await lab.up("--expect-no-changes");
}

/** An `up` that has to fail; gives what it printed. */
async function refused(): Promise<string> {
  const { status, output } = await lab.pulumi("up", "--yes", "--skip-preview");
  expect(status, output).not.toBe(0);
  return output;
}

describe("machines that come and go", () => {
  beforeAll(async () => {
    await lab.begin();
    list([1, 2, 3], [1, 2]);
    await lab.up();
  });
  afterAll(() => lab.end());

  test("the first control plane gets another machine: no request fails, and no write is lost", async () => {
    const urn = await lab.urn("machines-cp-1");
    const { failed, lost } = await trafficDuring(lab, () => lab.up("--replace", urn));
    expect({ failed, lost }).toEqual({ failed: [], lost: [] });
    await consistsOf([1, 2, 3], [1, 2]);
  });

  test("one gets another name and another machine", async () => {
    list([1, 4, 3], [1, 2]);
    const { failed, lost } = await trafficDuring(lab, () => lab.up());
    expect({ failed, lost }).toEqual({ failed: [], lost: [] });
    await consistsOf([1, 4, 3], [1, 2]);
  });

  test("one that is dead is replaced under another name", async () => {
    await lab.lose("cp-3");
    list([1, 4, 5], [1, 2]);
    const { failed, lost } = await trafficDuring(lab, () => lab.up());
    expect(lost).toEqual([]);
    // Those that were on their way to it.
    expect(failed.length, failed.join("\n")).toBeLessThan(40);
    await consistsOf([1, 4, 5], [1, 2]);
  });

  test("a worker more and a worker less, and its pods go on", async () => {
    list([1, 4, 5], [2, 3]);
    await lab.up();
    await consistsOf([1, 4, 5], [2, 3]);
  });

  test("a living worker gets another machine: its pods are moved before", async () => {
    await lab.kubectl(["create", "deployment", "pause", "--image=registry.k8s.io/pause:3.10.2", "--replicas=4"]);
    await lab.kubectl(["wait", "--for=condition=Available", "--timeout=60s", "deployment/pause"], { deadline: 70 });
    const output = await lab.up("--replace", await lab.urn("machines-worker-2"));
    expect(output).toContain("moving the pods of worker-2");
    await lab.kubectl(["wait", "--for=condition=Available", "--timeout=60s", "deployment/pause"], { deadline: 70 });
    await lab.kubectl(["delete", "deployment", "pause"]);
    await consistsOf([1, 4, 5], [2, 3]);
  });

  describe("while a member of etcd hangs", () => {
    test("nobody else leaves, and it is said who does not answer; nothing was changed", async () => {
      await lab.on("cp-4", "pkill -STOP -x etcd");
      list([1, 4, 6], [2, 3]);
      try {
        const output = await refused();
        expect(output).toMatch(/etcd takes none while one does not answer: cp-4|cp-4 does not answer/);
        const { items } = await lab.get("nodes");
        const old = items.find(({ metadata }: Any) => metadata.name === "cp-5");
        expect(old?.spec.unschedulable).toBeUndefined();
        expect(await lab.on("cp-5", "ls /etc/kubernetes/manifests")).toContain("kube-apiserver.yaml");
      } finally {
        await lab.on("cp-4", "pkill -CONT -x etcd");
      }
    });

    test("once it goes on, so does the next run", async () => {
      await lab.up();
      await consistsOf([1, 4, 6], [2, 3]);
    });
  });

  test("a disruption budget holds a leave up, and the next one stays; the next run goes on", async () => {
    const budget = {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "all", namespace: "kube-system" },
    };
    const spec = { minAvailable: "100%", selector: { matchLabels: { "k8s-app": "kube-dns" } } };
    await lab.kubectl(["apply", "-f", "-"], { input: JSON.stringify({ ...budget, spec }) });
    const { items } = await lab.get("pods", "-n", "kube-system", "--selector=k8s-app=kube-dns");
    const held = items.map(({ spec }: Any) => spec.nodeName).find((name: string) => name.startsWith("cp-"));
    expect(held, "no replica of CoreDNS on a control plane").toBeTruthy();
    const number = Number(held.slice(3));
    const stay = [1, 4, 6].filter((each) => each !== number);
    list([...stay, 7], [2, 3]);
    const output = await refused();
    expect(output).toContain(`${held} could not be drained`);
    expect(output).toContain("kube-system/coredns-");
    expect(await lab.on(held, "ls /etc/kubernetes/manifests")).toContain("etcd.yaml");
    await lab.kubectl(["delete", "poddisruptionbudget", "all", "-n", "kube-system"]);
    await lab.up();
    await consistsOf([...stay, 7], [2, 3]);
    await lab.up("--expect-no-changes");
  });

  test("all workers go", async () => {
    const { controlPlanes } = lab.configured;
    lab.configure({ machines: { controlPlanes, workerPools: [] } });
    await lab.up();
    await consistsOf(
      controlPlanes.map(({ name }: Any) => Number(name.slice(3))),
      [],
    );
  });
});
