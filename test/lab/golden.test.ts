import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../support/place";
import { Plans } from "../support/plans";
import { output } from "../support/process";
import { newSshKey } from "../support/ssh-key";
import { type YesMachine, YesMachines } from "../support/yes-machines";

// What a preview of an edit says, word for word: read these files as you would a pull request. Program, engine and
// providers are the real ones, and so is the state that the previews begin with. The machines are doubles that run
// nothing and say that all went well: what is tested is the plan, not what comes of it.
//
// `npx vitest run test/lab/golden.test.ts -u` writes the files anew.

const machines = new YesMachines();
const known = new Map<string, YesMachine>();

beforeAll(async () => {
  await output([process.execPath, "build/compile.js"], { cwd: root, deadline: 300 });
  const names = ["lb-1", "lb-2", "cp-1", "cp-2", "cp-3", "cp-4", "cp-5", "new", "general-1", "general-2", "general-3"];
  for (const [i, name] of [...names, "etcd-1", "etcd-2", "etcd-3", "etcd-4"].entries())
    known.set(name, await machines.start(name, 10 + i));
});
afterAll(() => machines.stop());

/** Machines of the list by name; `cp-1@new` is another one that is called cp-1. */
const list = (...names: string[]) =>
  names.map((each) => {
    const [name, other = name] = each.split("@");
    return { ...known.get(other), name };
  });

const [key, another] = [newSshKey(), newSshKey()];

/** The configuration of a stack. */
function config({
  controlPlanes = ["cp-1", "cp-2", "cp-3"],
  workers = ["general-1", "general-2"],
  etcd = [] as string[],
  labels = {},
  cluster = {},
  sshPrivateKey = key.private,
}) {
  return {
    machines: {
      source: "static",
      controlPlanes: list(...controlPlanes),
      loadBalancers: list("lb-1", "lb-2"),
      etcd: list(...etcd),
      workerPools: [{ name: "general", labels, machines: list(...workers) }],
    },
    cluster: { kubernetesVersion: "1.36.3", loadBalancer: { virtualAddress: "10.0.0.9" }, ...cluster },
    sshPrivateKey,
  };
}

const golden = (name: string) => join(__dirname, "../golden", `${name}.txt`);

describe("etcd on the control planes", () => {
  let plans: Plans;
  beforeAll(async () => {
    plans = await Plans.begin();
    await plans.up(config({}));
  });
  afterAll(() => plans.end());

  test.each([
    ["3-to-5", { controlPlanes: ["cp-1", "cp-2", "cp-3", "cp-4", "cp-5"] }],
    ["replace-the-first-by-name", { controlPlanes: ["cp-4", "cp-2", "cp-3"] }],
    ["replace-the-first-in-place", { controlPlanes: ["cp-1@new", "cp-2", "cp-3"] }],
    ["one-worker-more", { workers: ["general-1", "general-2", "general-3"] }],
    ["one-worker-less", { workers: ["general-1"] }],
    ["api-server-flag", { cluster: { apiServer: { extraArgs: { "event-ttl": "2h" } } } }],
    ["label", { labels: { disk: "ssd" } }],
    ["ssh-key", { sshPrivateKey: another.private }],
  ])("%s", async (name, changes) => {
    await expect(await plans.of(config(changes))).toMatchFileSnapshot(golden(name));
  });

  const five = { controlPlanes: ["cp-1", "cp-2", "cp-3", "cp-4", "cp-5"], sshPrivateKey: another.private };

  test("another SSH key runs nothing, and is what the next steps log in with", async () => {
    machines.forget();
    await plans.up(config({ sshPrivateKey: another.private }));
    expect(machines.scripts).toEqual([]);
    await plans.up(config(five));
    expect(machines.scripts).toContain("load-balancer/load-balancer.sh");
    expect([...machines.logins]).toEqual([another.public]);
  });

  test("5-to-3", async () => {
    const three = config({ ...five, controlPlanes: ["cp-1", "cp-3", "cp-5"] });
    await expect(await plans.of(three)).toMatchFileSnapshot(golden("5-to-3"));
  });

  test("from-0.1: the step by which all workers left does not run", async () => {
    await plans.edit("test-former", (resource) => {
      const [stack] = resource.urn.split("kubeadm-ha:index:");
      const types = "kubeadm-ha:cluster:KubeadmCluster$kubeadm-ha:workers:WorkerPools$command:remote:Command";
      resource.urn = `${stack}${types}::test-workers-settle`;
      resource.parent = `${stack}pulumi:pulumi:Stack::kubeadm-ha-test`;
      const commands = { create: "let them stay", delete: "let them leave", stdin: "with this" };
      for (const part of [resource.inputs, resource.outputs]) Object.assign(part, commands);
    });
    await expect(await plans.of(config(five))).toMatchFileSnapshot(golden("from-0.1"));
    machines.forget();
    await plans.up(config(five));
    expect(machines.scripts).toEqual([]);
  });

  test("script-text", async () => {
    plans.editScripts();
    await expect(await plans.of(config(five))).toMatchFileSnapshot(golden("script-text"));
  });
});

test("etcd on machines of its own: one is replaced", async () => {
  const plans = await Plans.begin();
  try {
    await plans.up(config({ etcd: ["etcd-1", "etcd-2", "etcd-3"] }));
    const changed = config({ etcd: ["etcd-1", "etcd-4", "etcd-3"] });
    await expect(await plans.of(changed)).toMatchFileSnapshot(golden("etcd-machine"));
  } finally {
    plans.end();
  }
});
