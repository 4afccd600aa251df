import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { fingerprint, labEnvironment, root } from "../support/place";
import { type Ended, output, run } from "../support/process";
import { newSshKey } from "../support/ssh-key";

// With the real engine and machines that nobody can reach: what is encrypted in a stack's file is nowhere in plain.
describe("secrets of a stack's file", () => {
  const stack = `test-secrets-${fingerprint(root)}`;
  const file = join(root, "stacks", `Pulumi.${stack}.yaml`);
  const directory = mkdtempSync(join(tmpdir(), "kubeadm-ha-secrets-"));
  const ssh = newSshKey();
  let env: NodeJS.ProcessEnv;

  /** What is encrypted, by its place. */
  const secrets: Record<string, string> = {
    "cluster.patches[1].patch": "metadata:\n  annotations:\n    x: hidden-patch\n",
    "cluster.apiServer.extraArgs.token-auth-file": "/etc/hidden-flag",
    "cluster.apiServer.extraEnvs.TOKEN": "hidden-variable",
    "cluster.apiServer.extraVolumes[0].hostPath": "/etc/hidden-volume",
    "cluster.etcd.extraArgs.log-outputs": "/var/log/hidden-etcd",
    "cluster.security.audit.policy":
      "# hidden-policy\napiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n  - level: Metadata\n",
    "cluster.security.oidc.clientId": "hidden-client",
    "cluster.security.oidc.requiredClaims.group": "hidden-claim",
    'cluster.install.registryMirrors["ghcr.io"]': "https://hidden-mirror.example.com",
    "cluster.install.registries[0].host": "hidden-registry.example.com",
    "cluster.install.registries[0].password": "hidden-password",
    "cluster.install.proxy.http": "http://hidden-proxy.example.com:3128",
    "cluster.kubelet.imageServiceEndpoint": "unix:///hidden-kubelet.sock",
    "cluster.generation": "hidden-generation",
    "machines.controlPlanes[1].zone": "hidden-zone",
    "machines.controlPlanes[1].labels.disk": "hidden-label",
    "machines.loadBalancers[0].privateAddress": "hidden-balancer.example.com",
  };
  const machine = (name: string, last: number) => ({
    name,
    // Where nobody listens, so that an attempt ends at once.
    address: `127.0.0.${last}`,
    privateAddress: `10.0.0.${last}`,
    hostKey: ssh.public,
  });
  const patch = "metadata:\n  annotations:\n    y: shown-patch\n";
  const config = {
    machines: {
      source: "static",
      ssh: { port: 1 },
      controlPlanes: [machine("cp-1", 11), machine("cp-2", 12), machine("cp-3", 13)],
      loadBalancers: [machine("lb-1", 10)],
    },
    cluster: {
      kubernetesVersion: "1.36.3",
      protect: false,
      install: {
        mode: "packages",
        registryMirrors: { "ghcr.io": "" },
        registries: [{ username: "robot" }],
        proxy: {},
      },
      patches: [{ target: "kube-apiserver", patch }, { target: "kube-scheduler" }],
      apiServer: { extraVolumes: [{ name: "extra", mountPath: "/extra" }] },
      security: { oidc: { issuerUrl: "https://id.example.com" } },
    },
  };

  const pulumi = (...args: string[]): Promise<Ended> =>
    run(["pulumi", ...args, "--stack", stack, "--non-interactive"], { cwd: root, env, deadline: 600 });
  const does = async (...args: string[]) => {
    const { status, output: printed } = await pulumi(...args);
    expect(status, printed).toBe(0);
    return printed;
  };
  const set = (key: string, input: string) =>
    output(["pulumi", "config", "set", "--stack", stack, "--secret", "--path", key], { cwd: root, env, input });
  const expectHidden = (text: string) => {
    expect(text.match(/.{0,40}hidden-\w+.{0,20}/g) ?? []).toEqual([]);
    expect(text).not.toContain("PRIVATE KEY");
    expect(text).not.toContain(Buffer.from("robot:hidden-password").toString("base64"));
  };

  beforeAll(async () => {
    const { PULUMI_CONFIG_PASSPHRASE_FILE: _, PULUMI_STACK: __, ...lab } = await labEnvironment(stack);
    env = { ...lab, PULUMI_BACKEND_URL: `file://${directory}`, PULUMI_CONFIG_PASSPHRASE: "for the test" };
    const keys = Object.entries(config).map(([key, value]) => [`kubeadm-ha:${key}`, value]);
    writeFileSync(file, stringify({ config: Object.fromEntries(keys) }));
    await output(["pulumi", "stack", "init", stack, "--non-interactive"], { cwd: root, env });
    await set("sshPrivateKey", ssh.private);
    for (const [key, value] of Object.entries(secrets)) await set(key, value);
  });
  afterAll(() => {
    for (const each of [directory, file]) rmSync(each, { recursive: true, force: true });
  });

  test("are in no preview, where what is none is", async () => {
    const printed = await does("preview", "--diff");
    expectHidden(printed);
    expect(printed).toContain("shown-patch");
    expect(printed).toContain("[secret]");
    expectHidden(await does("preview", "--json"));
  });

  test("are in no state, and in no word of a run that fails", async () => {
    const { status, output: printed } = await pulumi("up", "--yes", "--skip-preview");
    expect(status).not.toBe(0);
    expectHidden(printed);
    const state = await does("stack", "export");
    expect(state).toContain("shown-patch");
    expectHidden(state);
    const clear = await does("stack", "export", "--show-secrets");
    for (const text of ["hidden-patch", "hidden-proxy", "hidden-generation"]) expect(clear).toContain(text);
  });

  test("are in no message about what is wrong with them, nor may names be any", async () => {
    await set("cluster.dnsDomain", "hidden-domain_");
    await set("machines.controlPlanes[2].name", "hidden-name");
    const { status, output: printed } = await pulumi("preview");
    expect(status).not.toBe(0);
    expectHidden(printed);
    expect(printed).toContain('cluster.dnsDomain: "[secret]" is not a DNS domain');
    expect(printed).toContain("machines.controlPlanes[2].name: is a secret, and names of resources");
    for (const key of ["cluster.dnsDomain", "machines.controlPlanes[2].name"])
      await does("config", "rm", "--path", key);
    await does("config", "set", "--path", "machines.controlPlanes[2].name", "cp-3");
  });

  test("are none in a file elsewhere, either, where everything is hidden beside them", async () => {
    const elsewhere = join(directory, "config.yaml");
    renameSync(file, elsewhere);
    const printed = await does("preview", "--diff", `--config-file=${elsewhere}`);
    expectHidden(printed);
    // Which of them are any cannot be known, so addresses are, too; names are not.
    expect(printed).toMatch(/address: \[secret\]\n *[+~]? *name *: "cp-3"/);
  });
});
