import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { clientUrl, etcdUnit } from "../../components/etcd/unit";
import { initConfiguration } from "../../components/kubeadm/configuration";
import { tuningFlags } from "../../components/kubeadm/etcd-flags";
import { AutoCompactionMode, type EtcdOptions } from "../../components/kubeadm/etcd-options";

const everything: EtcdOptions = {
  heartbeatInterval: 250,
  electionTimeout: 2500,
  quotaBackendBytes: 8589934592,
  autoCompactionMode: AutoCompactionMode.Periodic,
  autoCompactionRetention: "8h",
  snapshotCount: 50000,
  dataDir: "/data/etcd",
  extraArgs: { "log-level": "warn", "experimental-x": '50% of "$HOME" \\' },
};

test("a member's unit, with defaults and with everything that can be tuned", () => {
  expect(etcdUnit({ name: "etcd-1", address: "10.0.0.21" })).toMatchSnapshot();
  expect(etcdUnit({ name: "etcd-1", address: "2001:db8::21" }, everything)).toMatchSnapshot();
});

test("variables of a member's environment mean themselves, whatever is in them", () => {
  const unit = etcdUnit(
    { name: "etcd-1", address: "10.0.0.21" },
    { extraEnvs: { GOMEMLIMIT: "2GiB", A: '50% of "$HOME" \\' } },
  );
  expect(unit).toContain('\nEnvironment="A=50%% of \\"$HOME\\" \\\\"\nEnvironment="GOMEMLIMIT=2GiB"\n');
});

test("behind a name a member listens on all addresses, for etcd binds to no name", () => {
  const unit = etcdUnit({ name: "etcd-1", address: "etcd-1.example.com" });
  expect(unit).toContain("--listen-peer-urls=https://0.0.0.0:2380 ");
  expect(unit).toContain("--advertise-client-urls=https://etcd-1.example.com:2379 ");
});

test("client URLs", () => {
  expect(clientUrl({ name: "a", address: "2001:db8::21" })).toBe("https://[2001:db8::21]:2379");
});

describe("kubeadm is told", () => {
  const cluster = (etcd?: string[]) =>
    parseAllDocuments(
      initConfiguration(
        { name: "cp-1", address: "10.0.0.11" },
        "a:1",
        { kubernetesVersion: "1.36.3", etcd: everything },
        { etcd },
      ),
    )[1].toJS().etcd;

  test("of an external etcd by its endpoints and certificates, and of nothing that is its own business", () => {
    expect(cluster(["https://10.0.0.21:2379", "https://10.0.0.22:2379"])).toEqual({
      external: {
        endpoints: ["https://10.0.0.21:2379", "https://10.0.0.22:2379"],
        caFile: "/etc/kubernetes/pki/etcd/ca.crt",
        certFile: "/etc/kubernetes/pki/apiserver-etcd-client.crt",
        keyFile: "/etc/kubernetes/pki/apiserver-etcd-client.key",
      },
    });
  });

  test("of the variables of a stacked one", () => {
    const options = { kubernetesVersion: "1.36.3", etcd: { extraEnvs: { GOMEMLIMIT: "2GiB" } } };
    const [, { etcd }] = parseAllDocuments(
      initConfiguration({ name: "cp-1", address: "10.0.0.11" }, "a:1", options),
    ).map((document) => document.toJS());
    expect(etcd.local.extraEnvs).toEqual([{ name: "GOMEMLIMIT", value: "2GiB" }]);
  });

  test("the same settings of a stacked one as flags", () => {
    const { local } = cluster();
    expect(local.dataDir).toBe("/data/etcd");
    const flags = local.extraArgs.map(({ name, value }: { name: string; value: string }) => [name, value]);
    expect(Object.fromEntries(flags)).toMatchObject(tuningFlags(everything));
    expect(tuningFlags(everything)).toMatchObject({ "heartbeat-interval": "250", "auto-compaction-retention": "8h" });
  });
});

/** Runs lines of bash with the library of etcd, and an etcdctl that knows these members. */
function quorum(members: { id: string; learner?: boolean; healthy?: boolean; started?: boolean }[], lines: string) {
  const bin = mkdtempSync(join(tmpdir(), "etcdctl-"));
  const list = members.map(({ id, learner, started }) => {
    const up = started ?? true;
    return `${id}, ${up ? "started" : "unstarted"}, ${up ? id : ""}, https://${id}:2380, ${up ? `https://${id}:2379` : ""}, ${learner ?? false}`;
  });
  const healthy = members.filter((member) => member.healthy ?? true).map(({ id }) => `https://${id}:2379`);
  writeFileSync(
    join(bin, "etcdctl"),
    `#!/bin/bash
case "$*" in
  *"member list"*) printf '%s\\n' ${list.map((line) => `'${line}'`).join(" ")} ;;
  *"endpoint health"*) for url in ${healthy.join(" ")}; do [[ $1 != "--endpoints=$url" ]] || exit 0; done; exit 1 ;;
  *) exit 2 ;;
esac
`,
  );
  chmodSync(join(bin, "etcdctl"), 0o755);
  const components = join(__dirname, "../../components");
  const script = `set -euo pipefail\n. ${components}/shell/load.sh\nload etcd\netcd_use https://a:2379\n${lines}\n`;
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8", timeout: 20_000, env });
  return { status, stdout: stdout.trim(), stderr };
}

describe("the quorum", () => {
  const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map((id) => ({ id }));
  const dead = (member: { id: string }) => ({ ...member, healthy: false });

  test.each([
    ["a dead one of three may go", [a, b, dead(c)], "c", 0],
    ["a healthy one of three may go", [a, b, c], "c", 0],
    ["a healthy one may not go beside a dead one", [a, b, dead(c)], "b", 1],
    ["one of two dead ones of five may go", [a, b, c, dead(d), dead(e)], "e", 0],
    ["a healthy one may not go beside two dead ones of five", [a, b, c, dead(d), dead(e)], "a", 1],
    ["nobody may go while a learner is in flight", [a, b, c, { id: "l", learner: true }], "c", 1],
    ["a learner may always go", [a, dead(b), dead(c), { id: "l", learner: true, started: false }], "l", 0],
    ["a voter that never started is none that helps", [a, { id: "b", started: false }, c], "a", 1],
  ])("after a removal: %s", (_, members, id, status) => {
    expect(quorum(members, `etcd_quorum_after_removal ${id}`).status).toBe(status);
  });

  test.each([
    ["one of three, when the others are healthy", [a, b, c], "c", 0],
    ["not beside a dead one of three", [a, b, dead(c)], "b", 1],
    ["beside one dead one of five", [a, b, c, d, dead(e)], "a", 0],
    ["not beside two of five", [a, b, c, dead(d), dead(e)], "a", 1],
  ])("during a restart: %s", (_, members, id, status) => {
    expect(quorum(members, `etcd_quorum_during_restart ${id}`).status).toBe(status);
  });

  test("what was counted is said", () => {
    expect(quorum([a, b, dead(c)], "etcd_quorum_after_removal b").stdout).toBe(
      "without it 2 voters, 1 of them healthy, 2 needed, 0 learners in flight (a healthy, c does not answer)",
    );
  });

  test("a removal that it does not allow ends with what was counted, and etcd is asked for none", () => {
    const { status, stderr } = quorum(
      [a, b, dead(c)],
      'DEADLINE=1; etcd_try_remove() { echo "$1 was removed"; }; etcd_remove b "one of them"',
    );
    expect(status).toBe(1);
    expect(stderr.replace(/waited \d+ s/, "waited … s")).toBe(
      "removing one of them (b) from etcd\nerror: waited … s for an etcd that can spare one of them; last seen: without it 2 voters, 1 of them healthy, 2 needed, 0 learners in flight (a healthy, c does not answer)\n",
    );
  });

  test("where etcd does not answer, nothing may be taken away", () => {
    expect(quorum([], "etcd_members() { return 1; }; etcd_quorum_after_removal a").status).toBe(1);
    expect(quorum([], "etcd_members() { return 1; }; etcd_quorum_during_restart a").status).toBe(1);
  });
});

test("only members that are not in the list are unwanted, and none where etcd does not tell", () => {
  const directory = mkdtempSync(join(tmpdir(), "input-"));
  writeFileSync(join(directory, "members"), "x a\ny b\nz c\n");
  writeFileSync(join(directory, "data-dir"), "/var/lib/etcd\n");
  const ask = (ids: string[], lines = "") =>
    quorum(
      ids.map((id) => ({ id })),
      `INPUT=${directory}\nload member\n${lines}\nmember_unwanted`,
    );
  expect(ask(["a", "b", "c"])).toMatchObject({ status: 0, stdout: "" });
  expect(ask(["d", "a", "b", "c", "e"])).toMatchObject({ status: 0, stdout: "d\ne" });
  expect(ask([], "etcd_members() { return 1; }")).toMatchObject({ status: 1, stdout: "" });
});

test("what a peer port says of the cluster is read without a quorum", () => {
  const json =
    '[{"id":1,"peerURLs":["https://10.0.0.21:2380"],"name":"etcd-1","clientURLs":["https://10.0.0.21:2379"]},{"id":2,"peerURLs":["https://10.0.0.22:2380"],"name":"etcd-2"}]';
  const directory = mkdtempSync(join(tmpdir(), "input-"));
  writeFileSync(join(directory, "members"), "etcd-1 10.0.0.21\netcd-2 10.0.0.22\n");
  writeFileSync(join(directory, "data-dir"), "/var/lib/etcd\n");
  const { stdout } = quorum(
    [],
    `INPUT=${directory}\nload member\ncurl() { echo '${json}'; }\nmember_list_at_peer etcd-1`,
  );
  expect(stdout).toBe("https://10.0.0.21:2380 etcd-1 started\nhttps://10.0.0.22:2380 etcd-2 unstarted");
});
