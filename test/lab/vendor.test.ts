import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import type { ControlPlaneOptions } from "../../components";
import { discoveryKubeconfig, initConfiguration, joinConfiguration } from "../../components/kubeadm/configuration";
import { downloadConfiguration } from "../../components/kubeadm/join-credentials";
import { controlPlanePatches, patchesDirectory, patchFiles } from "../../components/kubeadm/patches";
import { encryptionKeys, identity, securityFiles } from "../../components/kubeadm/security";
import { workerConfiguration, workerKubeadm } from "../../components/kubeadm/worker-configuration";
import { newAuthority } from "../support/authority";
import type { Any } from "../support/model";
import { labEnvironment } from "../support/place";
import { output, pause, Running, run } from "../support/process";
import { merged, type Sample, samples } from "../support/samples";
import { imagesIn } from "./packages/images";

// What we render, and what our checks let through, as the programs see it that read it. No cluster: they say no, or get
// as far as to miss what is not there.
const there = mkdtempSync(join(tmpdir(), "kubeadm-ha-vendor-"));
let bundle: string;
let all: ControlPlaneOptions[];

const node = { name: "cp-1", address: "192.0.2.11", zone: "zone-1", labels: { "example.com/disk": "ssd" } };
const endpoint = "192.0.2.10:6443";

beforeAll(async () => {
  const { KUBEADM_HA_LAB = "" } = await labEnvironment("lab");
  bundle = JSON.parse(readFileSync(KUBEADM_HA_LAB, "utf8")).bundle.path;
  const list = samples((await newAuthority()).certificate);
  const together = list.reduce<Sample>((sum, sample) => merged(sum, sample), {});
  all = [{}, ...list, together].map((sample) => merged({ kubernetesVersion: "1.36.3" }, sample) as ControlPlaneOptions);
  writeFileSync(join(there, "discovery.conf"), "");
});
afterAll(() => rmSync(there, { recursive: true, force: true }));

/** A file of the machine, as one below the directory of this run. */
const here = (text: string) =>
  text
    .replaceAll(discoveryKubeconfig, join(there, "discovery.conf"))
    .replaceAll(patchesDirectory, join(there, "patches"))
    .replaceAll(/\/etc\/kubernetes(?=\/|"|$)/gm, there);

describe("kubeadm", () => {
  test("takes every option, each alone and all together, in each configuration that it is given", async () => {
    const etcd = ["https://192.0.2.21:2379", "https://192.0.2.22:2379"];
    const credentials = { token: "abcdef.0123456789abcdef", certificateKey: "0".repeat(64) };
    const texts = all.flatMap((options) => [
      initConfiguration(node, endpoint, options),
      initConfiguration(node, "[2001:db8::10]:6443", options, { etcd, credentials, rootCa: "ca-chain.crt" }),
      joinConfiguration(node, options),
      downloadConfiguration(node, credentials.certificateKey, options),
      workerConfiguration({ node, pool: "general", taints: [{ key: "a", value: "b", effect: "NoSchedule" }] }, options),
      workerKubeadm(node, "api.example.com:6443", options),
    ]);
    const distinct = [...new Set(texts.map(here))];
    expect(distinct.length).toBeGreaterThan(40);
    const refused = await eachOf(distinct, 2, async (text, i) => {
      const file = join(there, `kubeadm-${i}.yaml`);
      writeFileSync(file, text);
      const ended = await run([join(bundle, "bin/kubeadm"), "config", "validate", "--config", file]);
      return ended.status === 0 ? [] : [`${ended.output}\n${text}`];
    });
    expect(refused.flat()).toEqual([]);
  });

  test.each([
    [{ imageRepository: "https://registry.example.com" }, "invalid image repository format"],
    [{ imageRepository: "registry.example.com/K8s" }, "invalid image repository format"],
    [{ imageRepository: "registry.example.com/" }, "invalid image repository format"],
    [{ serviceCidr: "10.20.0.0/29" }, "is too small"],
    [
      { podCidr: "10.10.0.0/29", controllerManager: { extraArgs: { "node-cidr-mask-size-ipv4": "32" } } },
      "is too small",
    ],
  ])("refuses %j, which our checks refuse", async (options, reason) => {
    const file = join(there, "refused.yaml");
    writeFileSync(file, here(initConfiguration(node, endpoint, merged(all[0], options) as ControlPlaneOptions)));
    const { status, output } = await run([join(bundle, "bin/kubeadm"), "config", "validate", "--config", file]);
    expect(status).not.toBe(0);
    expect(output).toContain(reason);
  });
});

describe("what kubeadm writes is taken by", () => {
  let programs: string;
  let etcd: Running;
  let clients: string;

  beforeAll(async () => {
    programs = join(there, "programs");
    const images = join(there, "images");
    for (const directory of [programs, images]) mkdirSync(directory);
    await output(["tar", "-C", images, "-xf", join(bundle, "images/kubernetes.tar")], { deadline: 120 });
    const wanted = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"];
    for (const { reference, files } of imagesIn(images)) {
      const name = wanted.find((each) => reference.includes(`/${each}:`));
      if (name === undefined) continue;
      for (const [, layer] of files.slice(1)) {
        const extract = ["tar", "-C", programs, "--wildcards", "--no-anchored", "--transform", "s,.*/,,", "-xf", layer];
        extract.push(`usr/local/bin/${name}`);
        await run(extract, { deadline: 60 });
      }
    }
    rmSync(images, { recursive: true });
    await output([join(bundle, "bin/kubeadm"), "init", "phase", "certs", "all", "--cert-dir", join(there, "pki")]);
    const [client, peer] = await Promise.all([freePort(), freePort()]);
    clients = `http://127.0.0.1:${client}`;
    const own = [`--listen-client-urls=${clients}`, `--advertise-client-urls=${clients}`, `--data-dir=${there}/etcd`];
    own.push(`--listen-peer-urls=http://127.0.0.1:${peer}`, "--unsafe-no-fsync");
    etcd = new Running([join(bundle, "bin/etcd"), ...own], { deadline: 300 });
  });
  afterAll(async () => {
    etcd?.crash();
    await etcd?.ended.catch(() => {});
  });

  /** What kubeadm writes on a machine with these options: flags by pod, and where the kubelet's configuration is. */
  async function written(options: ControlPlaneOptions, name: string) {
    const directory = join(there, name);
    const security = join(directory, "security");
    const patches = join(there, "patches");
    for (const each of [directory, security, patches]) mkdirSync(each, { recursive: true });
    const keys = encryptionKeys(options.security).filter((key) => key !== identity);
    const secrets = Object.fromEntries(keys.map((key) => [key, Buffer.alloc(32, key).toString("base64")]));
    const files = {
      ...prefixed(security, securityFiles(options.security, secrets)),
      ...prefixed(patches, patchFiles(controlPlanePatches(options, true))),
      [join(directory, "kubeadm.yaml")]: here(initConfiguration(node, endpoint, options)),
    };
    for (const [file, text] of Object.entries(files)) writeFileSync(file, text);
    const phase = (...words: string[]) =>
      output(
        [
          join(bundle, "bin/kubeadm"),
          "init",
          "phase",
          ...words,
          "--config",
          join(directory, "kubeadm.yaml"),
          "--dry-run",
        ],
        { env: { ...process.env, KUBEADM_INIT_DRYRUN_DIR: directory } },
      );
    await phase("control-plane", "all");
    await phase("etcd", "local");
    await phase("kubelet-start");
    const flags = (pod: string): string[] =>
      (parse(readFileSync(join(directory, `${pod}.yaml`), "utf8")) as Any).spec.containers[0].command
        .slice(1)
        .map((flag: string) =>
          flag
            .replaceAll(`${there}/security`, security)
            .replaceAll("/etc/kubernetes/security", security)
            .replaceAll("/etc/kubernetes", there)
            .replaceAll("/var/log/kubernetes", directory)
            .replaceAll(/=\/var\/lib\/etcd|=\/srv\/.*/g, `=${directory}/etcd`),
        );
    return { directory, flags };
  }

  /** Runs a program until it says SEEN, or ends; gives what it said. */
  async function until(seen: RegExp, command: string[]): Promise<string> {
    const running = new Running(command, { deadline: 60, cwd: there });
    while (!running.over && !seen.test(running.output)) await pause(50);
    running.crash();
    await running.ended;
    return running.output;
  }

  // The defaults are on every cluster of the other suites.
  const variants = (): [string, ControlPlaneOptions][] => [
    ["everything", all[all.length - 1]],
    [
      "the other way",
      merged(all[0], {
        security: { tlsMinVersion: "TLS1.2", audit: { enabled: false }, encryption: { keys: [identity] } },
        schedulable: true,
      }) as ControlPlaneOptions,
    ],
  ];

  test.each([0, 1])("API server, controller manager, scheduler, etcd and kubelet (%i)", async (i) => {
    const [name, options] = variants()[i];
    const { directory, flags } = await written(options, `variant-${i}`);
    const port = await freePort();
    const apiServer = flags("kube-apiserver").map((flag) =>
      flag
        .replace(/^(--etcd-servers=).*/, `$1${clients}`)
        .replace(/^--advertise-address=.*/, "--bind-address=127.0.0.1")
        .replace(/^(--secure-port=).*/, `$1${port}`),
    );
    // By then its files are read, and its plugins made of them.
    const loaded = /Loaded \d+ mutating admission controller/;
    expect(await until(loaded, [join(programs, "kube-apiserver"), ...apiServer]), name).toMatch(loaded);
    for (const program of ["kube-controller-manager", "kube-scheduler"]) {
      const missed = new RegExp(`${program.replace("kube-", "")}\\.conf: no such file`);
      expect(await until(missed, [join(programs, program), ...flags(program)]), name).toMatch(missed);
    }
    const member = flags("etcd").map((flag) => flag.replace(/^(--listen-[a-z-]+=).*/, "$1https://192.0.2.11:1"));
    const bound = /cannot assign requested address/;
    expect(await until(bound, [join(bundle, "bin/etcd"), ...member]), name).toMatch(bound);
    // Whatever cgroups this machine has.
    appendFileSync(`${directory}/config.yaml`, "failCgroupV1: false\n");
    const kubelet = [
      `--config=${directory}/config.yaml`,
      `--kubeconfig=${directory}/none.conf`,
      `--root-dir=${directory}/kubelet`,
      `--cert-dir=${directory}/kubelet`,
    ];
    const alone = /none\.conf: no such file/;
    expect(await until(alone, [join(bundle, "bin/kubelet"), ...kubelet]), name).toMatch(alone);
    const proxy = parseAllDocuments(readFileSync(join(directory, "kubeadm.yaml"), "utf8"))
      .map((document) => document.toJS())
      .find(({ kind }) => kind === "KubeProxyConfiguration");
    const file = join(directory, "proxy.yaml");
    writeFileSync(file, JSON.stringify({ ...proxy, clientConnection: { kubeconfig: `${directory}/none.conf` } }));
    expect(await until(alone, [join(programs, "kube-proxy"), `--config=${file}`]), name).toMatch(alone);
  });

  test("and what these would not take, they say", async () => {
    const broken = { security: { oidc: { issuerUrl: "https://me:pw@login.example.com", clientId: "" } } };
    const { flags } = await written(merged(all[0], broken) as ControlPlaneOptions, "broken");
    const apiServer = flags("kube-apiserver").filter((flag) => !flag.startsWith("--advertise-address="));
    const said = await until(/must not contain a username/, [join(programs, "kube-apiserver"), ...apiServer]);
    expect(said).toMatch(/URL must not contain a username or password/);
  });
});

function prefixed(directory: string, files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [join(directory, name), text]));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** What becomes of each, so many at a time. */
async function eachOf<T, R>(items: T[], atOnce: number, does: (item: T, i: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const work = async () => {
    while (next < items.length) {
      const i = next++;
      results[i] = await does(items[i], i);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}
