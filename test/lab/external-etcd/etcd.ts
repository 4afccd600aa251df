import { expect, test } from "vitest";
import type { Any, Lab } from "../../support/lab";
import { poll, run } from "../../support/process";
import { hasVoters } from "../cluster/members";

const pki = "/etc/kubernetes/pki";

/** What can be tuned, each unlike its default. */
export const tuned = {
  heartbeatInterval: 200,
  electionTimeout: 2000,
  quotaBackendBytes: 4 * 2 ** 30,
  autoCompactionMode: "periodic",
  autoCompactionRetention: "8h",
  snapshotCount: 5000,
  dataDir: "/var/lib/kubernetes-etcd",
  extraArgs: { "max-snapshots": "3" },
};

/** What etcd and the API servers say of each other. */
export function hasEtcd(lab: Lab): void {
  test("clients with the API servers' certificate are let in, from a control plane, and those without one are not", async () => {
    const urls = await clientUrls(lab, lab.etcdMachines);
    const etcdctl = `etcdctl --endpoints=${urls.join(",")} --command-timeout=5s --cacert=${pki}/etcd/ca.crt`;
    const ask = (certificate: string) => lab.on("cp-1", `${etcdctl} endpoint health ${certificate} 2>&1 || true`);
    const client = `--cert=${pki}/apiserver-etcd-client.crt --key=${pki}/apiserver-etcd-client.key`;
    expect((await ask(client)).match(/is healthy/g)).toHaveLength(lab.etcdMachines.length);
    expect(await ask("")).not.toContain("is healthy");
    const curl = `curl -sS --max-time 5 --cacert ${pki}/etcd/ca.crt`;
    // With TLS 1.3 the server refuses after the client is through with its handshake: how curl words that is a matter
    // of time.
    for (const url of urls) {
      expect(await lab.on("cp-1", `${curl} ${client.replaceAll("=", " ")} ${url}/health`)).toContain('"health":"true"');
      expect(await lab.on("cp-1", `${curl} ${url}/health 2>&1 || true`)).toMatch(/^curl: \(\d+\)/);
    }
  });

  test("every API server has all endpoints, and no control plane has a member or the key of etcd's CA", async () => {
    await servesAllEndpoints(lab, lab.etcdMachines);
    const { items } = await lab.get("pods", "-n=kube-system", "-l=component=etcd");
    expect(items).toEqual([]);
    for (const machine of lab.machines)
      expect(await lab.on(machine, `find /etc /var/lib -path '*etcd/ca.key'`), machine).toBe("");
  });

  test("machines of etcd have neither kubelet nor container runtime, and are no Nodes", async () => {
    for (const machine of lab.etcdMachines)
      expect(await lab.on(machine, "command -v kubelet containerd kubeadm || true"), machine).toBe("");
    const { items } = await lab.get("nodes");
    expect(items.map((node: Any) => node.metadata.name)).toEqual(expect.not.arrayContaining(lab.etcdMachines));
  });

  test("every member runs with what was tuned, and has its data where they are to be", async () => {
    for (const machine of lab.etcdMachines) {
      const command = await lab.on(machine, "tr '\\0' '\\n' </proc/$(pgrep -x etcd)/cmdline");
      expect(command.split("\n"), machine).toEqual(
        expect.arrayContaining([
          "--heartbeat-interval=200",
          "--election-timeout=2000",
          `--quota-backend-bytes=${4 * 2 ** 30}`,
          "--auto-compaction-mode=periodic",
          "--auto-compaction-retention=8h",
          "--snapshot-count=5000",
          "--max-snapshots=3",
        ]),
      );
      expect(
        await lab.on(machine, `stat -c %a ${tuned.dataDir} && ls ${tuned.dataDir}; ls -A /var/lib/etcd || true`),
      ).toBe("700\nmember\n");
    }
  });

  test("another up changes nothing", async () => {
    await lab.up("--expect-no-changes");
  });
}

/** Writes something by way of the API. */
const write = (lab: Lab, value: string) =>
  lab.kubectl(["--request-timeout=5s", "create", "configmap", `written-${value}`, "-n", "default"]);

/** What becomes of the cluster while members are dead. */
export function survivesWithout(lab: Lab): void {
  const [first, second] = lab.etcdMachines;
  const kill = (name: string) => lab.engine("container", "kill", "--signal=KILL", lab.container(name));
  const start = (name: string) => lab.engine("container", "start", lab.container(name));

  test("with one dead of three it works; with two it says so, and comes back by itself when one returns", async () => {
    await kill(first);
    await poll("a write without one member", 20, () => write(lab, "without-one"));

    await kill(second);
    await poll("the API to say that etcd is lost", 30, async () => {
      const server = await lab.on(
        "cp-1",
        `curl -sk --max-time 10 "https://$(hostname -i):6443/readyz?verbose" || true`,
      );
      expect(server).toMatch(/\[-\]etcd/);
    });
    const { status } = await run(lab.kubectlCommand(["--request-timeout=5s", "create", "configmap", "lost"]));
    expect(status, "no write without a majority").not.toBe(0);

    await start(second);
    await poll("the cluster to be back by itself", 90, () => write(lab, "with-two-again"));
    await start(first);
    await poll("all members to be healthy voters", 90, () => hasVoters(lab, lab.etcdMachines));
  });
}

/** The list of members, edited: from three to five, one of the three being lost for good, and back to three. */
export function changesEtcd(lab: Lab): void {
  const [first, lost, third] = lab.etcdMachines;
  const three = [first, third, "etcd-4"];
  const five = [...three, "etcd-5", "etcd-6"];
  const listed = (names: string[]) => lab.configured.etcd.filter(({ name }: Any) => names.includes(name));
  const signal = (name: string) =>
    Promise.all([first, third].map((machine) => lab.on(machine, `pkill -${name} -x etcd`)));

  test("from three to five, without one that is lost: all are healthy voters, of the same cluster, and the new ones have its data", async () => {
    const before = await identity(lab);
    await lab.lose(lost);
    const more = ["etcd-4", "etcd-5", "etcd-6"].map((name, i) => lab.another(name, 24 + i));
    lab.configure({ machines: { etcd: [...listed(five), ...more] } });
    await lab.up();
    await hasVoters(lab, five);
    await servesAllEndpoints(lab, five);
    const after = await identity(lab);
    expect(after).toMatchObject({ cluster: before.cluster, uid: before.uid });
    // The seats of those that stayed are the ones they had.
    expect(pick(after.members, [first, third])).toEqual(pick(before.members, [first, third]));
    for (const { name } of more)
      expect(await lab.etcd(name, "get", "--consistency=s", "/registry/namespaces/kube-system"), name).toMatchObject({
        count: 1,
      });
  });

  test("back to three: while two of the five are away the API takes writes, and no member is removed; when they are back, the same run goes on", async () => {
    const before = await identity(lab);
    await signal("STOP");
    lab.configure({ machines: { etcd: listed(three) } });
    const up = lab.start("up", "--yes", "--skip-preview");
    try {
      await poll("a write without two of five", 60, () => write(lab, "without-two"));
      await poll("the quorum guard to say what it counted", 180, () => {
        expect(up.output).toMatch(
          /waiting for an etcd that can spare .*without it 4 voters, 2 of them healthy, 3 needed, 0 learners/,
        );
      });
      const { members } = await lab.etcd("etcd-4", "member", "list");
      expect(members.map(({ name }: Any) => name).sort()).toEqual([...five].sort());
    } finally {
      await signal("CONT");
    }
    const { status, output } = await up.ended;
    expect(status, output).toBe(0);
    await hasVoters(lab, three);
    await servesAllEndpoints(lab, three);
    expect(await identity(lab)).toEqual({ ...before, members: pick(before.members, three) });
  });
}

const pick = (all: Record<string, string>, names: string[]) =>
  Object.fromEntries(names.map((name) => [name, all[name]]));

/** Holds when every API server has these members, and no other, for its etcd. */
export async function servesAllEndpoints(lab: Lab, names: string[]): Promise<void> {
  const { items } = await lab.get("pods", "-n=kube-system", "-l=component=kube-apiserver");
  const servers = items.map(({ spec }: Any) =>
    spec.containers[0].command.find((word: string) => word.startsWith("--etcd-servers=")),
  );
  const all = `--etcd-servers=${(await clientUrls(lab, names)).join(",")}`;
  expect(servers).toEqual(lab.controlPlanes.map(() => all));
}

/** Where these members say that clients reach them. */
async function clientUrls(lab: Lab, names: string[]): Promise<string[]> {
  const { members } = await lab.etcd(names[0], "member", "list");
  const byName = Object.fromEntries(members.map(({ name, clientURLs }: Any) => [name, clientURLs[0]]));
  return names.map((name) => byName[name]);
}

/** What only another birth would change, and the members' ids. */
export async function identity(lab: Lab): Promise<{ cluster: string; uid: string; members: Record<string, string> }> {
  const { header, members } = await lab.etcd(lab.etcdMachines[0], "member", "list");
  const { metadata } = await lab.get("namespace", "kube-system");
  return {
    cluster: String(header.cluster_id),
    uid: metadata.uid,
    members: Object.fromEntries(members.map(({ name, ID }: Any) => [name, String(ID)])),
  };
}
