import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import type { Issuer } from "../../support/issuer";
import type { Any, Lab } from "../../support/lab";
import { type Ended, poll, run } from "../../support/process";
import { nobody, privilegedPod } from "../cluster/hardening";
import { speak } from "../cluster/security";

/** Settings of security that are not the default; users come from an issuer that listens already. */
export function chosen(issuer: Issuer): object {
  return {
    oidc: {
      issuerUrl: issuer.url,
      clientId: "kubernetes",
      groupsClaim: "groups",
      requiredClaims: { hd: "example.com" },
      caCertificate: issuer.certificate,
    },
    podSecurity: { enforce: "baseline", exemptNamespaces: ["legacy"] },
    audit: { maxSize: 1, maxBackups: 2 },
    anonymousPaths: ["/version"],
    tlsMinVersion: "TLS1.3",
  };
}

/** What a cluster does that has the settings above. */
export function heedsSettings(lab: Lab, issuer: Issuer): void {
  const anna = { aud: "kubernetes", sub: "anna", groups: ["operators"], hd: "example.com" };

  test("a user of the provider is known by name and groups", async () => {
    // API servers fetch the provider's keys by themselves; the last of them has just started.
    await poll("API servers to know the provider's keys", 60, async () => {
      for (let i = 0; i < 6; i++) {
        const { status, output } = await ask(lab, issuer.token(anna));
        expect(status, output).toBe(0);
        expect(JSON.parse(output).status.userInfo).toMatchObject({
          username: "oidc:anna",
          groups: ["oidc:operators", "system:authenticated"],
        });
      }
    });
  });

  test.each([
    ["meant for another client", () => issuer.token({ ...anna, aud: "wiki" })],
    ["without a claim that is required", () => issuer.token({ ...anna, hd: "example.org" })],
    ["that has run out", () => issuer.token({ ...anna, exp: Math.floor(Date.now() / 1000) - 60 })],
    ["of another provider", () => issuer.token({ ...anna, iss: "https://login.example.com" })],
    ["signed by somebody else", () => issuer.token(anna, generateKeyPairSync("ec", { namedCurve: "P-256" }))],
  ])("a token %s is refused", async (_, token) => {
    const { status, output } = await ask(lab, token());
    expect(status).not.toBe(0);
    expect(output).toContain("Unauthorized");
  });

  test("a privileged pod is refused, but in namespaces that are exempt", async () => {
    await lab.kubectl(["create", "namespace", "legacy"]);
    const refused = await privilegedPod(lab, "default");
    expect(refused.status).not.toBe(0);
    expect(refused.output).toContain('violates PodSecurity "baseline:latest": privileged');
    for (const namespace of ["legacy", "kube-system"])
      await poll(`a pod in ${namespace}, once it has its service account`, 20, async () => {
        const { status, output } = await privilegedPod(lab, namespace);
        expect(status, output).toBe(0);
      });
  });

  test("a path that was opened may be asked for without a name, and no other", async () => {
    expect(await lab.request("/version", 5_000, nobody)).toBe(200);
    expect(await lab.request("/version/", 5_000, nobody)).toBe(401);
    expect(await lab.request("/api", 5_000, nobody)).toBe(401);
  });

  test("no server speaks anything older than TLS 1.3", async () => {
    await speak(lab, ["protocol version", "protocol version", "protocol version", "TLSv1.3"]);
  });

  test("the audit log begins a new file when one is full, and keeps as many as it may", async () => {
    // A line has the whole address that was asked for: three of them fill a file, and each API server gets sixteen.
    const path = `/api/v1/namespaces/default?${"x".repeat(350_000)}`;
    const directory = "/var/log/kubernetes/audit";
    await poll("two old files on each control plane", 60, async () => {
      for (let i = 0; i < 48; i++) expect(await lab.request(path, 10_000)).toBe(200);
      for (const machine of lab.controlPlanes)
        expect(await lab.on(machine, `cd ${directory}; stat -c %a audit-*.log`), machine).toBe("600\n600\n");
    });
  });
}

/** Asks who one is, with nothing but a token. */
function ask(lab: Lab, token: string): Promise<Ended> {
  const kubeconfig = parse(readFileSync(lab.kubeconfig, "utf8"));
  const file = `${lab.kubeconfig}-of-a-user`;
  const users = kubeconfig.users.map(({ name }: Any) => ({ name, user: { token } }));
  writeFileSync(file, stringify({ ...kubeconfig, users }), { mode: 0o600 });
  return run(lab.kubectlCommand(["--kubeconfig", file, "auth", "whoami", "-o", "json"]));
}
