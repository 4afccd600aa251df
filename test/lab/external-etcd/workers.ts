import { expect, test } from "vitest";
import type { Any, Lab } from "../../support/lab";
import { pause, poll } from "../../support/process";
import { logins } from "../cluster/again";

const namespace = "workers";
const guest = "worker-guest";
const taint = { key: "kubeadm-ha.test/guest", value: "yes", effect: "NoSchedule" };

/** What workers are, and what becomes of them when pools change; the stack has one. In the end it is as before. */
export function hasWorkers(lab: Lab): void {
  const [first] = lab.workers;
  let pools: Any[];

  test("a worker is a Ready Node of its pool, and no control plane", async () => {
    const [pool] = lab.configured.workerPools;
    const { metadata, status, spec } = await lab.get("node", first);
    expect(status.conditions.find(({ type }: Any) => type === "Ready").status).toBe("True");
    expect(metadata.labels).toMatchObject({ "kubeadm-ha/pool": pool.name, ...pool.labels });
    expect(metadata.labels).not.toHaveProperty(["node-role.kubernetes.io/control-plane"]);
    expect(ownTaints(spec)).toEqual([]);
  });

  test("a worker has a certificate of its own, no key of the cluster, and nothing to administer it with", async () => {
    const certificate = "/var/lib/kubelet/pki/kubelet-client-current.pem";
    expect(await lab.on(first, `openssl x509 -noout -subject -in ${certificate}`)).toBe(
      `subject=O = system:nodes, CN = system:node:${first}\n`,
    );
    expect((await lab.on(first, "find /etc/kubernetes -type f | sort")).trim().split("\n")).toEqual([
      "/etc/kubernetes/kubelet.conf",
      "/etc/kubernetes/pki/ca.crt",
    ]);
    const as = "kubectl --kubeconfig /etc/kubernetes/kubelet.conf auth can-i";
    expect(await lab.on(first, `${as} get secrets -n kube-system || true`)).toMatch(/^no\b/);
    expect(await lab.on(first, `${as} delete node/${lab.controlPlanes[0]} || true`)).toMatch(/^no\b/);
  });

  test("one more pool: its worker joins with its labels and taints; the pool that was there gets others, and its worker is not dialled", async () => {
    pools = lab.configured.workerPools;
    const [pool] = pools;
    await lab.kubectl(["label", "node", first, "mine=yes"]);
    const before = await logins(lab);
    const guests = {
      name: "guests",
      labels: { color: "red" },
      taints: [taint],
      machines: [lab.another(guest, 32)],
    };
    const changed = { ...pool, labels: { shape: "round" }, taints: [{ ...taint, effect: "PreferNoSchedule" }] };
    lab.configure({ machines: { workerPools: [changed, guests] } });
    await lab.up();

    const joined = await lab.get("node", guest);
    expect(joined.metadata.labels).toMatchObject({ "kubeadm-ha/pool": "guests", color: "red" });
    expect(ownTaints(joined.spec)).toEqual([taint]);
    const settled = await lab.get("node", first);
    expect(settled.metadata.labels).toMatchObject({ "kubeadm-ha/pool": pool.name, shape: "round", mine: "yes" });
    for (const label of Object.keys(pool.labels)) expect(settled.metadata.labels).not.toHaveProperty([label]);
    expect(ownTaints(settled.spec)).toEqual(changed.taints);
    expect(await logins(lab)).toMatchObject({ [first]: before[first] });
  });

  test("another setting reaches the kubelets of workers, too, and their pods run on", async () => {
    const before = await containers(lab, first);
    lab.configure({ cluster: { kubelet: { maxPods: 99 } } });
    await lab.up();
    const { items } = await lab.get("nodes");
    expect(items.map(({ metadata, status }: Any) => [metadata.name, status.capacity.pods])).toEqual(
      [...lab.controlPlanes, guest, first].map((name) => [name, "99"]).sort(),
    );
    expect(await containers(lab, first)).toEqual(before);
  });

  test("a kubelet's setting that control planes refuse never comes to a worker", async () => {
    const undo = lab.configure({ cluster: { kubelet: { maxPods: 99, evictionHard: { "memory.available": "none" } } } });
    const config = await lab.on(first, "cat /var/lib/kubelet/config.yaml");
    const { status, output } = await lab.pulumi("up", "--yes", "--skip-preview");
    undo();
    expect(status).not.toBe(0);
    expect(output).toContain("error: the kubelet of cp-1 does not come up with the changed settings");
    expect(await lab.on(first, "cat /var/lib/kubelet/config.yaml")).toBe(config);
    await lab.up();
  });

  test("a worker that is taken off is drained before it goes: its pods are served elsewhere first", async () => {
    await lab.kubectl(["cordon", first]);
    await deployTenant(lab);
    expect(await nodesOfPods(lab)).toEqual([guest]);
    expect(await lab.kubectl(["get", "poddisruptionbudgets", "--all-namespaces"])).toContain("tenant");
    await lab.kubectl(["uncordon", first]);
    const available = watchAvailability(lab);
    lab.configure({ machines: { workerPools: pools } });
    await lab.up();
    // Its disruption budget asks for one of two at any time.
    expect(await available()).toBeGreaterThan(0);
    await poll("the tenants to be whole", 60, async () => expect(await nodesOfPods(lab)).toEqual([first]));
    const { items } = await lab.get("nodes");
    expect(items.map(({ metadata }: Any) => metadata.name)).toEqual([...lab.controlPlanes, first].sort());
    expect(await lab.remains()).not.toContain(lab.container(guest));
    await lab.kubectl(["delete", "namespace", namespace, "--wait=false"]);
  });
}

const ownTaints = ({ taints = [] }: Any) =>
  taints
    .filter(({ key }: Any) => !key.startsWith("node.kubernetes.io/"))
    .sort((a: Any, b: Any) => (a.key < b.key ? -1 : 1));

/** The containers that run on a node. */
async function containers(lab: Lab, node: string): Promise<string[]> {
  const { items } = await lab.get("pods", "--all-namespaces", `--field-selector=spec.nodeName=${node}`);
  return items.flatMap(({ status }: Any) => status.containerStatuses.map((each: Any) => each.containerID)).sort();
}

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
      await pause(500);
    }
    return least;
  })();
  seen.catch(() => {});
  return () => {
    over = true;
    return seen;
  };
}

/** Two pods that control planes do not take, and a budget that lets one of them go at a time. */
async function deployTenant(lab: Lab): Promise<void> {
  const labels = { app: "tenant" };
  const metadata = { name: "tenant", namespace };
  // Every machine has the image of the pod sandbox; it waits for a signal, and that is all that is asked here.
  const container = { name: "tenant", image: "registry.k8s.io/pause:3.10.2", imagePullPolicy: "Never" };
  const spec = { tolerations: [{ key: taint.key, operator: "Exists" }], containers: [container] };
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
  const rollout = ["-n", namespace, "rollout", "status", "deployment/tenant", "--timeout=90s"];
  await lab.kubectl(rollout, { deadline: 100 });
}
