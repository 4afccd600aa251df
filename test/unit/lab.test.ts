import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";

const DAY = 86_400;
let home: string;
let cache: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "cache-"));
  cache = join(home, "kubeadm-ha");
});

/** Makes a program of lines of sh, which the lab finds before any of this machine. */
function program(name: string, lines: string): void {
  mkdirSync(join(home, "bin"), { recursive: true });
  writeFileSync(join(home, "bin", name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
}

const directory = join(__dirname, "../../lab");
const environment = (env: Record<string, string> = {}) => ({
  PATH: `${join(home, "bin")}:${process.env.PATH}`,
  HOME: home,
  XDG_CACHE_HOME: home,
  XDG_STATE_HOME: join(home, "state"),
  ...env,
});

/** Runs lines of bash with the lab's scripts, on a cache of their own. */
function lab(lines: string, env: Record<string, string> = {}): string {
  const scripts = ["lib", "engine", "prune"].map((name) => `. ${join(directory, `${name}.sh`)}`);
  const script = ["set -euo pipefail", ...scripts, lines].join("\n");
  return execFileSync("bash", ["-c", script], {
    encoding: "utf8",
    stdio: "pipe",
    timeout: 20_000,
    env: environment(env),
  }).trim();
}

function aged(path: string, days: number): void {
  const time = Date.now() / 1000 - days * DAY;
  utimesSync(path, time, time);
}

test("bundles go that no clone asked for in a week and no machine mounts, but not the newest two", () => {
  const ages = { newest: 2, second: 3, named: 4, mounted: 5, forgotten: 6, old: 30 };
  for (const [name, days] of Object.entries(ages)) {
    mkdirSync(join(cache, "bundle", name), { recursive: true });
    aged(join(cache, "bundle", name), days);
  }
  symlinkSync("named", join(cache, "bundle", "key-of-named"));
  symlinkSync("old", join(cache, "bundle", "key-of-old"));
  for (const [name, days] of Object.entries({ named: 1, forgotten: 8 })) {
    const json = join(cache, `lab-${name}.json`);
    writeFileSync(json, JSON.stringify({ bundle: { path: join(cache, "bundle", name) } }));
    aged(json, days);
  }
  program("docker", "exit 1");
  program(
    "podman",
    `case "$1 $2" in
      "container ls") echo 0123 ;;
      "container inspect") echo '["${join(cache, "bundle", "mounted")}:/opt/kubeadm-ha/bundle:ro"]' ;;
    esac`,
  );
  lab("bundles_prune");
  expect(readdirSync(join(cache, "bundle")).sort()).toEqual(["key-of-named", "mounted", "named", "newest", "second"]);
  expect(readdirSync(cache).sort()).toEqual(["bundle", "lab-named.json"]);
});

test("a bundle of today stays, whoever made it", () => {
  for (const name of ["a", "b", "c", "d"]) mkdirSync(join(cache, "bundle", name), { recursive: true });
  lab("bundles_prune");
  expect(readdirSync(join(cache, "bundle"))).toEqual(["a", "b", "c", "d"]);
});

/** The engine that is chosen of those that this user may use, after a setup with `before`. */
function engine(usable: string, before = "", env: Record<string, string> = {}): string {
  mkdirSync(cache, { recursive: true });
  if (before) writeFileSync(join(cache, "engine"), `${before}\n`);
  return lab(
    `engine_usable() { [[ " ${usable} " == *" $1 "* ]]; }; engine_configure() { :; }; has_sys_resource() { :; }
     engine_find; echo "$ENGINE"`,
    env,
  );
}

test.each([
  ["podman before docker", "podman docker", "", {}, "podman"],
  ["docker where that is all", "docker", "", {}, "docker"],
  ["the one of the last time, which has the machines", "podman docker", "docker", {}, "docker"],
  ["another one where that is gone", "podman", "docker", {}, "podman"],
  ["the one that is asked for", "podman docker", "podman", { ENGINE: "docker" }, "docker"],
])("the engine is %s", (_, usable, before, env, expected) => {
  expect(engine(usable, before, env)).toBe(expected);
});

test("an engine that is asked for and does not answer is not replaced by another", () => {
  expect(() => engine("podman", "", { ENGINE: "docker" })).toThrow(/ENGINE is docker, which does not answer/);
});

describe("lab/down", () => {
  const connected = (urn: string) => ({ type: "command:remote:Command", propertyDependencies: { connection: [urn] } });
  const labMachines = { type: "kubeadm-ha:machines:LabMachines" };
  const ofTheLab = connected(
    "urn:pulumi:x::kubeadm-ha::kubeadm-ha:machines:LabMachines$command:local:Command::x-machines-cp-1",
  );

  /** Takes the stack `x` with these resources away, with an engine whose `destroy` ends so. */
  function down(resources: object[], destroyed: boolean) {
    const checkpoint = lab("stack_checkpoint x");
    mkdirSync(dirname(checkpoint), { recursive: true });
    mkdirSync(join(home, "state/kubeadm-ha/project"));
    writeFileSync(checkpoint, JSON.stringify({ version: 3, checkpoint: { stack: "x", latest: { resources } } }));
    const history = join(home, "state/kubeadm-ha/.pulumi/history/kubeadm-ha/x");
    mkdirSync(history, { recursive: true });
    mkdirSync(cache, { recursive: true });
    writeFileSync(lab("lab_json"), "{}");
    program("podman", "exit 1");
    program("docker", "exit 1");
    program(
      "pulumi",
      `echo "$*" >>${home}/called\ncase "$1 $2" in "stack rm") rm ${checkpoint} ;; destroy*) ${destroyed} ;; esac`,
    );
    const { status, stderr } = spawnSync(join(directory, "down"), {
      encoding: "utf8",
      timeout: 20_000,
      env: environment({ STACK: "x" }),
    });
    const called = readFileSync(join(home, "called"), "utf8");
    expect(called).toMatch(/^destroy /);
    return {
      status,
      stderr,
      forgotten: called.includes("stack rm"),
      kept: existsSync(checkpoint) && existsSync(history),
    };
  }

  test.each([
    ["static ones", [connected("urn:pulumi:x::kubeadm-ha::tls:index/privateKey:PrivateKey::x")]],
    ["static ones beside the lab's", [labMachines, ofTheLab, { type: "command:remote:Command" }]],
    ["instances of a cloud", [labMachines, ofTheLab, { type: "aws:ec2/instance:Instance" }]],
    ["nobody knows whose, and authorities are left", [{ type: "tls:index/privateKey:PrivateKey" }]],
  ])("keeps the state of machines that would not be destroyed: %s", (_, resources) => {
    const { status, stderr, forgotten, kept } = down(resources, false);
    expect(stderr).toMatch(/^lab: error: stack x could not be destroyed .* its state is kept: /m);
    expect({ status, forgotten, kept }).toEqual({ status: 1, forgotten: false, kept: true });
  });

  test.each([
    ["of the lab that were destroyed", [labMachines, ofTheLab], true],
    ["of the lab, come what may", [labMachines, ofTheLab], false],
    ["of somebody else that were destroyed", [connected("urn:pulumi:x")], true],
    ["none", [], false],
  ])("forgets machines %s", (_, resources, destroyed) => {
    const { status, stderr, forgotten, kept } = down(resources, destroyed);
    expect({ status, forgotten, kept }, stderr).toEqual({ status: 0, forgotten: true, kept: false });
  });
});
