import { expect, test } from "vitest";
import type { Any, Lab } from "../../support/lab";
import { poll } from "../../support/process";
import { logins } from "./again";

/** Where secrets must not be, and what guards the way to the machines; `firstUp` is what the first up printed. */
export function keepsSecrets(lab: Lab, firstUp: () => string, keys: number): void {
  // A roll-out refuses it.
  const elsewhere = { cluster: { kubernetesVersion: "1.36.999" } };
  let leaks: (text: string) => string[];

  test("the state shows no secret unless it is asked to", async () => {
    const shown = (await lab.pulumi("stack", "export", "--show-secrets")).stdout;
    const found: Any[] = JSON.parse(shown).deployment.resources.filter(
      ({ type }: Any) => type === "tls:index/privateKey:PrivateKey",
    );
    expect(found.length).toBeGreaterThanOrEqual(keys);
    leaks = search(found.flatMap(({ outputs }) => [plain(outputs.privateKeyPem), plain(outputs.privateKeyOpenssh)]));
    expect(leaks(shown).length, "the search finds what is shown").toBeGreaterThan(found.length);
    expect(leaks(Buffer.from(shown).toString("base64")).length, "the search sees through base64").toBeGreaterThan(0);
    expect(leaks((await lab.pulumi("stack", "export")).stdout)).toEqual([]);
  });

  test("the log of an up shows none", () => {
    expect(firstUp()).toContain("created");
    expect(leaks(firstUp())).toEqual([]);
  });

  test("a preview shows what changes where, and no secret", async () => {
    const undo = lab.configure(elsewhere);
    const { status, output } = await lab.pulumi("preview", "--diff");
    undo();
    expect(status, output).toBe(0);
    expect(output).toContain("1.36.999");
    expect(leaks(output)).toEqual([]);
    expect(output).not.toContain("set -euo pipefail");
  });

  test("a step that fails says why, shows no secret and leaves the cluster alone", async () => {
    const before = await processes(lab);
    const undo = lab.configure(elsewhere);
    const { status, output } = await lab.pulumi("up", "--yes", "--skip-preview");
    undo();
    expect(status).not.toBe(0);
    expect(output).toContain("error: the cluster runs Kubernetes 1.36.3; configured is 1.36.999");
    expect(output).not.toContain("set -euo pipefail");
    expect(leaks(output)).toEqual([]);
    await lab.up();
    expect(await processes(lab), "nothing was started again").toEqual(before);
  });

  test("nobody but root can read a private key on a machine, and no journal has one", async () => {
    // /run/containerd: root file systems of containers, whose data are elsewhere.
    const files = "find /etc /root /home /opt /run /tmp /var -path /run/containerd -prune -o -type f -size -2M";
    for (const machine of lab.machines) {
      const keys = (await lab.on(machine, `${files} -print0 | xargs -0 grep -lI 'PRIVATE KEY-----' || true`)).trim();
      expect(keys.split("\n"), "the search finds keys").toContain("/etc/ssh/ssh_host_ed25519_key");
      const open = await lab.on(machine, `xargs -d '\\n' -I{} find {} -perm /077`, { input: keys });
      expect(open, machine).toBe("");
      const journal = await lab.on(machine, "journalctl --output=cat; cat /var/log/kubeadm-ha/* 2>/dev/null || true");
      expect(leaks(journal), machine).toEqual([]);
    }
  }, 120_000);

  test("a machine with another host key is not talked to, and the message says so", async () => {
    const key = "/etc/ssh/ssh_host_ed25519_key";
    await lab.on(
      "cp-3",
      `cp -p ${key} /root/host_key; echo y | ssh-keygen -q -t ed25519 -N '' -f ${key}; systemctl restart ssh`,
    );
    const before = await logins(lab);
    const join = await lab.urn("cp-3-join");
    const { status, output } = await lab.pulumi("up", "--yes", "--skip-preview", "--replace", join);
    const meanwhile = await logins(lab);
    await lab.on("cp-3", `mv /root/host_key ${key}; systemctl restart ssh`);
    expect(status).not.toBe(0);
    expect(output).toContain("host key mismatch");
    expect(leaks(output)).toEqual([]);
    expect(meanwhile).toEqual(before);

    // What failed is in the state as it was before, and this time was nobody's change.
    await lab.up("--replace", join);
    await poll("cp-3 to be dialled again", 10, async () =>
      expect(await logins(lab)).toEqual({ ...before, "cp-3": before["cp-3"] + 1 }),
    );
  });
}

/** The processes of the control planes' static pods: others, where one was started again. */
async function processes(lab: Lab): Promise<string[]> {
  const ids = "pgrep -f '^(kube-|etcd )' | sort -n";
  return Promise.all(lab.controlPlanes.map((name) => lab.on(name, ids)));
}

/**
 * Gives a search for these keys and any other, as they are and in base64; it tells which it found, not what they are.
 */
function search(keys: string[]): (text: string) => string[] {
  const marks = new Map<string, string>();
  const inBase64 = (name: string, text: string) => {
    // Three ways to be aligned; the groups at both ends depend on what is beside.
    for (const shift of [0, 1, 2])
      marks.set(
        Buffer.from(" ".repeat(shift) + text)
          .toString("base64")
          .slice(4, -4),
        name,
      );
  };
  marks.set("PRIVATE KEY-----", "a private key");
  inBase64("a private key in base64", "PRIVATE KEY-----");
  keys.forEach((pem, i) => {
    const lines = pem.split("\n").filter((line) => line.length >= 40);
    // The last full line is random in every form of key; the first can be that of any key of its kind.
    const line = lines[lines.length - 1];
    marks.set(line, `key ${i}`);
    inBase64(`key ${i} in base64`, line);
  });
  return (text) => [...marks].filter(([mark]) => text.includes(mark)).map(([, name]) => name);
}

/** `stack export --show-secrets` has a secret as the JSON of its value. */
function plain(secret: Any): string {
  const text = typeof secret === "string" ? secret : JSON.parse(secret.plaintext);
  if (typeof text !== "string" || !text.includes("PRIVATE KEY"))
    throw new Error("found no private key where the state has one");
  return text;
}
