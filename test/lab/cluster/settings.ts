import { once } from "node:events";
import { connect } from "node:tls";
import { expect, test } from "vitest";
import type { Any, Lab } from "../../support/lab";
import { type Answers, askMeanwhile, mostRefused } from "../../support/probe";

const policy = `apiVersion: audit.k8s.io/v1
kind: Policy
rules: [{ level: Metadata, resources: [{ resources: [namespaces], resourceNames: [default] }] }, { level: None }]
`;

const change = (lab: Lab, keys: string[], apiServer: Record<string, string>) =>
  lab.configure({
    cluster: {
      extraSans: ["api.changed.example"],
      kubelet: { maxPods: 99 },
      apiServer: { extraArgs: apiServer },
      security: { encryption: { keys }, audit: { policy } },
    },
  });

/** Changed settings of the living cluster. It goes on with another key and other flags than it was made with. */
export function changesSettings(lab: Lab): void {
  test("flags, audit policy, names, a new key and a kubelet's settings reach one control plane after the other, and clients go on", async () => {
    await lab.kubectl(["create", "secret", "generic", "before", "--from-literal=word=first"]);
    expect(await keysInUse(lab)).toEqual(["key-1"]);
    const before = await pods(lab);

    change(lab, ["key-2", "key-1"], { "event-ttl": "2h" });
    const answers = await upMeanwhile(lab, () => lab.up());
    expect(answers.gap, failed(answers)).toBeLessThan(3);

    const after = await pods(lab);
    for (const name of lab.controlPlanes) {
      expect(await flags(lab, name), name).toContain("--event-ttl=2h");
      expect(await namesServed(lab, name), name).toContain("DNS:api.changed.example");
      expect(changed(before, after, name), "the manifests of API servers alone").toEqual(["kube-apiserver"]);
      expect((await lab.get("node", name)).status.capacity.pods, name).toBe("99");
      await readsSecret(lab, name, "before", "first");
      await audits(lab, name);
    }
    expect(await keysInUse(lab)).toEqual(["key-2"]);
  });
}

/** Settings that API servers refuse, after those; and what is right again. */
export function refusesSettings(lab: Lab): void {
  test("a flag that API servers refuse stops at the first, which goes back, and the message says why", async () => {
    const before = await pods(lab);
    const good = change(lab, ["key-2", "key-1"], { "event-ttl": "2h", "no-such-flag": "1" });
    let ended = { status: 0 as number | null, output: "" };
    const answers = await upMeanwhile(lab, async () => {
      ended = await lab.pulumi("up", "--yes", "--skip-preview");
    });
    good();
    expect(ended.status).not.toBe(0);
    expect(ended.output).toContain("error: kube-apiserver of cp-1 does not come up with the changed settings");
    expect(ended.output).toContain("unknown flag: --no-such-flag");
    expect(answers.gap, failed(answers)).toBeLessThan(3);

    const after = await pods(lab);
    for (const name of lab.controlPlanes) {
      expect(changed(before, after, name), name).toEqual([]);
      expect(await flags(lab, name), name).not.toContain("no-such-flag");
    }
    for (const name of lab.controlPlanes.slice(1))
      expect(after[name]["kube-apiserver"], "nothing was tried on it").toEqual(before[name]["kube-apiserver"]);
  });

  test("the next up goes on with what is right, and a key that no Secret needs goes", async () => {
    const before = await pods(lab);
    change(lab, ["key-2"], { "event-ttl": "2h" });
    await lab.up();
    const after = await pods(lab);
    await lab.kubectl(["create", "secret", "generic", "after", "--from-literal=word=second"]);
    for (const name of lab.controlPlanes) {
      expect(changed(before, after, name), name).toEqual([]);
      await readsSecret(lab, name, "before", "first");
      await readsSecret(lab, name, "after", "second");
      expect(await lab.on(name, "cat /etc/kubernetes/security/encryption.yaml"), name).not.toContain("key-1");
    }
    expect(await keysInUse(lab)).toEqual(["key-2"]);
  });
}

/** An up, while a client asks, and while no two API servers are ever away. */
async function upMeanwhile(lab: Lab, up: () => Promise<unknown>): Promise<Answers> {
  let answers: Answers | undefined;
  const addresses = lab.controlPlanes.map((name) => addressOf(lab, name));
  const most = await mostRefused(addresses, 6443, async () => {
    // Nothing is to be refused or cut; that a machine at work is slow to answer is no matter of the roll-out.
    answers = await askMeanwhile(lab, up, { patience: 10_000 });
  });
  expect(most, "API servers away at one time").toBe(1);
  return answers as Answers;
}

const failed = ({ asked, failures }: Answers) => `${failures.length} of ${asked} failed: ${failures.join(", ")}`;

/** The keys that Secrets are under, as their values in etcd begin. */
async function keysInUse(lab: Lab): Promise<string[]> {
  const { kvs } = await lab.etcd("cp-2", "get", "/registry/secrets/", "--prefix");
  const values: string[] = kvs.map(({ value }: Any) => Buffer.from(value, "base64").toString("latin1"));
  return [...new Set(values.map((value) => /^k8s:enc:secretbox:v1:([^:]+):/.exec(value)?.[1] ?? "none"))].sort();
}

/** Of each control plane's static pods, by component, as the machine has them: the API tells of them a minute late. */
async function pods(lab: Lab): Promise<Record<string, Record<string, { manifest: string; process: string }>>> {
  const each =
    'for pod in $(basename -s .yaml *); do echo "$pod $(sha256sum <$pod.yaml | cut -c1-64) $(pgrep -fo "^$pod ")"; done';
  const found = lab.controlPlanes.map(async (name) => {
    const lines = (await lab.on(name, `cd /etc/kubernetes/manifests && ${each}`)).trim().split("\n");
    const components = lines.map((line) => line.split(" "));
    return [name, Object.fromEntries(components.map(([pod, manifest, process]) => [pod, { manifest, process }]))];
  });
  return Object.fromEntries(await Promise.all(found));
}

type Pods = Awaited<ReturnType<typeof pods>>;

/**
 * The components that have another manifest. The others may have ended for want of an API server, and be started anew.
 */
function changed(before: Pods, after: Pods, name: string): string[] {
  return Object.keys(before[name]).filter(
    (component) => before[name][component].manifest !== after[name][component].manifest,
  );
}

async function flags(lab: Lab, name: string): Promise<string> {
  return lab.on(name, "tr '\\0' ' ' </proc/$(pgrep -x kube-apiserver)/cmdline");
}

function addressOf(lab: Lab, name: string): string {
  return lab.configured.controlPlanes.find((machine: Any) => machine.name === name).address;
}

/** The names in the certificate that an API server serves. */
async function namesServed(lab: Lab, name: string): Promise<string> {
  const socket = connect({ host: addressOf(lab, name), port: 6443, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { subjectaltname = "" } = socket.getPeerCertificate();
  socket.destroy();
  return subjectaltname;
}

/** Asks the API server of this machine itself. */
async function readsSecret(lab: Lab, name: string, secret: string, word: string): Promise<void> {
  const server = `--server=https://${addressOf(lab, name)}:6443`;
  expect((await lab.get(server, "secret", secret)).data.word, name).toBe(Buffer.from(word).toString("base64"));
}

/** Holds when its audit log has what the policy names, and nothing beside since. */
async function audits(lab: Lab, name: string): Promise<void> {
  const log = "/var/log/kubernetes/audit/audit.log";
  const length = Number(await lab.on(name, `wc -l <${log}`));
  const server = `--server=https://${addressOf(lab, name)}:6443`;
  await lab.get(server, "namespace", "default");
  await lab.get(server, "namespace", "kube-system");
  const lines = (await lab.on(name, `tail -n +${length + 1} ${log}`))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect([...new Set(lines.map(({ objectRef }) => `${objectRef.resource}/${objectRef.name}`))]).toEqual([
    "namespaces/default",
  ]);
}
