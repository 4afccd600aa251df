import { expect, test } from "vitest";
import type { Any, Lab } from "../../support/lab";
import { poll } from "../../support/process";
import { logins } from "../cluster/again";

const namespace = "workers";
const guest = "worker-guest";

/** What workers are good for, and what becomes of them; the stack has one. In the end it is as before. */
export function hasWorkers(lab: Lab): void {
  const [first] = lab.workers;
  const [pool] = lab.configured.workerPools;
  const taint = { key: "kubeadm-ha.test/guest", value: "yes", effect: "NoSchedule" };

  test("a worker is a Ready Node of its pool, and no control plane", async () => {
    const { metadata, status, spec } = await lab.get("node", first);
    expect(status.conditions.find(({ type }: Any) => type === "Ready").status).toBe("True");
    expect(metadata.labels).toMatchObject({ "kubeadm-ha/pool": pool.name, ...pool.labels });
    expect(metadata.labels).not.toHaveProperty(["node-role.kubernetes.io/control-plane"]);
    expect(ownTaints(spec)).toEqual(pool.taints ?? []);
  });

  test("a worker has no key of the cluster and nothing to administer it with", async () => {
    expect((await lab.on(first, "find /etc/kubernetes -type f | sort")).trim().split("\n")).toEqual([
      "/etc/kubernetes/kubelet.conf",
      "/etc/kubernetes/pki/ca.crt",
    ]);
    const as = "kubectl --kubeconfig /etc/kubernetes/kubelet.conf auth can-i";
    expect(await lab.on(first, `${as} get secrets -n kube-system || true`)).toContain("no");
    expect(await lab.on(first, `${as} delete node/${lab.controlPlanes[0]} || true`)).toContain("no");
  });

  test("pods run there", async () => {
    await deploy(lab, taint.key);
    expect(await nodesOfPods(lab)).toEqual([first]);
  });

  test("another pool: its worker joins, with its labels and its taints; the first is dialled for nothing", async () => {
    const before = await logins(lab);
    lab.configure({
      machines: {
        workerPools: [
          ...lab.configured.workerPools,
          {
            name: "guests",
            labels: { color: "red" },
            taints: [taint],
            machines: [{ name: guest, address: lab.configured.subnet.replace(/\d+\/\d+$/, "29") }],
          },
        ],
      },
    });
    await lab.up();
    const { metadata, spec } = await lab.get("node", guest);
    expect(metadata.labels).toMatchObject({ "kubeadm-ha/pool": "guests", color: "red" });
    expect(ownTaints(spec)).toEqual([taint]);
    expect(await logins(lab)).toMatchObject({ [first]: before[first] });
  });

  test("changed labels and taints are those of the Node, and nobody else's are touched", async () => {
    await lab.kubectl(["label", "node", guest, "mine=yes"]);
    await lab.kubectl(["taint", "node", guest, "mine=yes:PreferNoSchedule"]);
    const changed = { ...taint, effect: "PreferNoSchedule" };
    const pools = lab.configured.workerPools.map((pool: Any) =>
      pool.name === "guests" ? { ...pool, labels: { shape: "round" }, taints: [changed] } : pool,
    );
    lab.configure({ machines: { workerPools: pools } });
    await lab.up();
    const { metadata, spec } = await lab.get("node", guest);
    expect(metadata.labels).toMatchObject({ shape: "round", mine: "yes" });
    expect(metadata.labels).not.toHaveProperty("color");
    expect(ownTaints(spec)).toEqual([changed, { key: "mine", value: "yes", effect: "PreferNoSchedule" }]);
  });

  test("a worker that is taken off is drained before it goes: a pod of it is served elsewhere first", async () => {
    await lab.kubectl(["cordon", first]);
    await lab.kubectl(["-n", namespace, "rollout", "restart", "deployment/tenant"]);
    await settled(lab);
    await poll("the pods to be on the guest", 60, async () => expect(await nodesOfPods(lab)).toEqual([guest]));
    await lab.kubectl(["uncordon", first]);
    const available = watchAvailability(lab);
    lab.configure({
      machines: { workerPools: lab.configured.workerPools.filter((pool: Any) => pool.name !== "guests") },
    });
    const output = await lab.up();
    expect(output).toContain(`draining ${guest}`);
    // Its disruption budget asks for one of two at any time.
    expect(await available()).toBeGreaterThan(0);
    expect((await nodes(lab)).includes(guest)).toBe(false);
    expect(await nodesOfPods(lab)).toEqual([first]);
    expect(await lab.remains()).not.toContain(lab.container(guest));
  });

  test("a worker that is dead is taken off, too, and joins again as another machine", async () => {
    const pools = lab.configured.workerPools;
    await lab.engine("container", "rm", "--force", "--volumes", "--time=0", lab.container(first));
    lab.configure({ machines: { workerPools: [] } });
    await lab.up();
    expect(await nodes(lab)).toEqual([...lab.controlPlanes].sort());
    lab.configure({ machines: { workerPools: pools } });
    await lab.up();
    expect(await nodes(lab)).toEqual([...lab.controlPlanes, first].sort());
    await settled(lab);
    expect(await nodesOfPods(lab)).toEqual([first]);
    await lab.kubectl(["delete", "namespace", namespace, "--wait=false"]);
    await lab.up("--expect-no-changes");
  });
}

const ownTaints = ({ taints = [] }: Any) =>
  taints
    .filter(({ key }: Any) => !key.startsWith("node.kubernetes.io/"))
    .sort((a: Any, b: Any) => (a.key < b.key ? -1 : 1));

const nodes = async (lab: Lab): Promise<string[]> =>
  (await lab.get("nodes")).items.map(({ metadata }: Any) => metadata.name).sort();

/** Nodes that run pods of the test, each once. */
async function nodesOfPods(lab: Lab): Promise<string[]> {
  const { items } = await lab.get("pods", "-n", namespace);
  const alive = items.filter(({ metadata, status }: Any) => !metadata.deletionTimestamp && status.phase === "Running");
  return [...new Set<string>(alive.map(({ spec }: Any) => spec.nodeName))].sort();
}

/** The least number of replicas that were available between the call and that of what it gives. */
function watchAvailability(lab: Lab): () => Promise<number> {
  let over = false;
  const seen = (async () => {
    let least = Number.POSITIVE_INFINITY;
    while (!over) {
      const { status } = await lab.get("deployment", "tenant", "-n", namespace);
      least = Math.min(least, status.availableReplicas ?? 0);
    }
    return least;
  })();
  return () => {
    over = true;
    return seen;
  };
}

const settled = (lab: Lab) =>
  lab.kubectl(["-n", namespace, "rollout", "status", "deployment/tenant", "--timeout=170s"], { deadline: 180 });

/** Two pods that control planes do not take, and a budget that lets one of them go at a time. */
async function deploy(lab: Lab, tolerated: string): Promise<void> {
  const labels = { app: "tenant" };
  const metadata = { name: "tenant", namespace };
  const container = {
    name: "tenant",
    image: "ghcr.io/flannel-io/flannel:v0.26.7",
    imagePullPolicy: "Never",
    command: ["bash", "-c", "trap exit TERM; sleep infinity & wait"],
  };
  const spec = { tolerations: [{ key: tolerated, operator: "Exists" }], containers: [container] };
  const items = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata,
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
    },
  ];
  await lab.kubectl(["apply", "-f", "-"], { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
  await settled(lab);
}
