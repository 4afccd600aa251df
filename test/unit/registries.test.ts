import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { InstallMode, KubeadmHosts, type KubeadmHostsArgs } from "../../components";
import { registryFiles } from "../../components/software/registries";
import { checkConfig } from "../../config";
import { newAuthority } from "../support/authority";
import { labConfig, sshKey, staticConfig } from "../support/fixtures";
import { type Registration, recordGraph, recordProgram } from "../support/graph";

const password = "Correct Horse";
const login = `Basic ${Buffer.from(`robot:${password}`).toString("base64")}`;
let ca: string;
beforeAll(async () => {
  ca = (await newAuthority()).certificate;
});

describe("what containerd is told", () => {
  test("a registry that is reached by its own name", () => {
    const files = registryFiles({
      registries: [{ host: "registry.example.com:5000", ca: `${ca.trim()}`, username: "robot", password }],
    });
    expect(files).toEqual({
      "registry.example.com:5000/hosts.toml": `server = 'https://registry.example.com:5000'
ca = '/etc/containerd/certs.d/registry.example.com:5000/ca.crt'
[header]
  Authorization = '${login}'
[host]
`,
      "registry.example.com:5000/ca.crt": `${ca.trim()}\n`,
    });
  });

  test("one that is the mirror of others, on whatever way its port is written", () => {
    const files = registryFiles({
      registryMirrors: {
        "registry.k8s.io": "https://mirror.example.com:443",
        "docker.io": "https://other.example.com",
      },
      registries: [
        { host: "mirror.example.com", username: "robot", password },
        { host: "docker.io", skipVerify: true },
      ],
    });
    expect(files["registry.k8s.io/hosts.toml"]).toBe(`server = 'https://registry.k8s.io'
[host.'https://mirror.example.com:443']
  capabilities = ['pull', 'resolve']
[host.'https://mirror.example.com:443'.header]
  Authorization = '${login}'
`);
    expect(files["docker.io/hosts.toml"]).toBe(`server = 'https://registry-1.docker.io'
skip_verify = true
[host.'https://other.example.com']
  capabilities = ['pull', 'resolve']
`);
    expect(Object.keys(files)).toEqual([
      "registry.k8s.io/hosts.toml",
      "docker.io/hosts.toml",
      "mirror.example.com/hosts.toml",
    ]);
  });

  test("a mirror whose path is one in the API is taken at its word; any other has the API below it", () => {
    const text = (mirror: string) =>
      registryFiles({ registryMirrors: { "docker.io": mirror } })["docker.io/hosts.toml"];
    expect(text("https://harbor.example.com/v2/proxy")).toContain("  override_path = true\n");
    for (const other of ["https://nexus.example.com/repository/docker", "https://a.test/v2", "https://a.test/v2/"])
      expect(text(other)).not.toContain("override_path");
  });
});

describe("what cannot be is refused", () => {
  const problems = (install: object) => {
    try {
      checkConfig({ ...labConfig, cluster: { ...labConfig.cluster, install } });
    } catch (error) {
      expect((error as Error).message).not.toContain(password);
      return (error as Error).message
        .split("\n")
        .flatMap((line) => /^ {2}cluster\.install\.(.*)/.exec(line)?.[1] ?? []);
    }
    return [];
  };
  const found = (...registries: object[]) => problems({ mode: "packages", registries });

  test("a name that is none, or there twice", () => {
    expect(found({ host: "https://ghcr.io" }, { host: "ghcr.io" }, { host: "ghcr.io" })).toEqual([
      'registries[0].host: "https://ghcr.io" is not the name of a registry; examples: registry.k8s.io, registry.example.com:5000',
      'registries[2].host: "ghcr.io" is there twice, also in registries[1]; put both into one',
    ]);
  });

  test("half of a login, or one that nobody can have", () => {
    expect(found({ host: "a.test", username: "robot" }, { host: "b.test", password })).toEqual([
      'registries[0].password: missing; expected: that of username "robot"',
      "registries[1].username: missing; expected: who has the password next to it",
    ]);
    expect(found({ host: "a.test", username: "ro:bot", password: `${password}\n` })).toEqual([
      "registries[0].password: is empty, or has a line break or another control character in it; expected: the password alone, on one line",
      'registries[0].username: "ro:bot" is not a user\'s name; allowed: any characters but colons and control characters',
    ]);
    expect(found({ host: "a.test", username: "robot", password: 12345 })).toEqual([
      "registries[0].password: is a number for YAML; expected: string, written in quotes",
    ]);
  });

  test("a password that everybody on the way reads", () => {
    const registries = [{ host: "a.test:5000", username: "robot", password }];
    expect(problems({ mode: "packages", registryMirrors: { "ghcr.io": "http://a.test:5000" }, registries })).toEqual([
      'registries[0].password: would be sent to "http://a.test:5000" for everybody on the way to read; expected: an https address in registryMirrors',
    ]);
    expect(problems({ mode: "packages", registryMirrors: { "ghcr.io": `https://robot:${password}@a.test` } })).toEqual([
      'registryMirrors.ghcr.io: "https://…@a.test" is not an http(s) address',
      'registryMirrors.ghcr.io: "https://…@a.test" has a password; put it into install.registries, for its host',
    ]);
  });

  test("a CA that is none, or would not count", () => {
    expect(found({ host: "a.test", ca: "/etc/ssl/own.pem" }, { host: "b.test", ca, skipVerify: true })).toEqual([
      'registries[0].ca: "/etc/ssl/own.pem" is the path of a file; expected: the certificate that is in it, -----BEGIN CERTIFICATE----- and so on',
      "registries[1].skipVerify: true, and so the ca next to it would not count; allowed: one of the two, for a registry with a CA the ca",
    ]);
  });

  test("what a containerd that is there already would never see", () => {
    expect(problems({ mode: "preinstalled", registries: [], registryMirrors: {} })).toEqual([
      "registries: has no meaning in mode preinstalled, whose containerd you configure; take it out, or set mode: packages or bundle",
      "registryMirrors: has no meaning in mode preinstalled, whose containerd you configure; take it out, or set mode: packages or bundle",
    ]);
  });

  test("a password that was set without --path is not repeated", () => {
    const key = "cluster.install.registries[0].password";
    expect(() => checkConfig({ ...labConfig, [key]: password })).toThrow(
      `pulumi config set --secret --path '${key}' < FILE`,
    );
    expect(() => checkConfig({ ...labConfig, [key]: password })).not.toThrow(password);
  });
});

describe("passwords", () => {
  let graph: Registration[];
  beforeAll(async () => {
    const etcd = [1, 2, 3].map((i) => ({ name: `etcd-${i}`, address: `10.0.1.${i}`, hostKey: "ssh-ed25519 AAAA" }));
    const pool = [{ name: "node-1", address: "10.0.2.1", hostKey: "ssh-ed25519 AAAA" }];
    const machines = { ...staticConfig.machines, etcd, workerPools: [{ name: "small", machines: pool }] };
    const registries = [{ host: "a.test", ca, username: "robot", password }];
    const cluster = { ...staticConfig.cluster, install: { mode: "packages", registries } };
    graph = await recordGraph({ config: { ...staticConfig, machines, cluster }, stack: "prod" });
  });

  test("are in secrets, and in nothing that a preview shows or the state has in clear", () => {
    const shown = JSON.stringify(graph.map((r) => ({ ...r, clear: undefined })));
    for (const secret of [password, login, login.slice(6)]) expect(shown).not.toContain(secret);
  });

  test("reach every node, before it joins and when it lives, and no other machine", () => {
    const told = graph.filter((r) => String(r.clear.stdin).includes(login)).map((r) => r.name);
    const steps = ["cp-1", "cp-2", "cp-3", "node-1"].flatMap((name) => [
      `prod-${name}-join`,
      `prod-${name}-stage`,
      `prod-rollout-${name}`,
    ]);
    expect(told.sort()).toEqual(["prod-init", ...steps].sort());
  });
});

test("a password and a CA may be those of other resources", async () => {
  const install: KubeadmHostsArgs["install"] = {
    mode: InstallMode.Packages,
    registries: [
      { host: "a.test", ca: pulumi.output(ca), username: "robot", password: pulumi.output(Promise.resolve(password)) },
    ],
  };
  const controlPlanes = [
    { name: "cp-1", address: "10.0.0.1", ssh: { privateKey: sshKey, hostKey: "ssh-ed25519 AAAA" } },
  ];
  const graph = await recordProgram(
    () => new KubeadmHosts("nodes", { kubernetesVersion: "1.36.3", controlPlanes, install }),
    { config: {} },
  );
  const { clear, inputs } = graph.find((r) => r.name === "nodes-cp-1-stage") as Registration;
  expect(String(clear.stdin)).toContain(login);
  expect(String(clear.stdin)).toContain(ca.trim());
  expect(inputs.stdin).toBe("[secret]");
});
