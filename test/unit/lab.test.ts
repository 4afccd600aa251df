import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { LabHome } from "../support/lab-home";

const DAY = 86_400;
let home: LabHome;
let cache: string;

beforeEach(() => {
  home = new LabHome();
  cache = home.cache;
});

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
  home.program("docker", "exit 1");
  home.program(
    "podman",
    `case "$1 $2" in
      "container ls") echo 0123 ;;
      "container inspect") echo '["${join(cache, "bundle", "mounted")}:/opt/kubeadm-ha/bundle:ro"]' ;;
    esac`,
  );
  home.bash("bundles_prune");
  expect(readdirSync(join(cache, "bundle")).sort()).toEqual(["key-of-named", "mounted", "named", "newest", "second"]);
  expect(readdirSync(cache).sort()).toEqual(["bundle", "lab-named.json", "tmp"]);
});

test("a bundle of today stays, whoever made it", () => {
  for (const name of ["a", "b", "c", "d"]) mkdirSync(join(cache, "bundle", name), { recursive: true });
  home.bash("bundles_prune");
  expect(readdirSync(join(cache, "bundle"))).toEqual(["a", "b", "c", "d"]);
});

/** The engine that is chosen of those that this user may use, after a setup with `before`. */
function engine(usable: string, before = "", env: Record<string, string> = {}): string {
  mkdirSync(cache, { recursive: true });
  if (before) writeFileSync(join(cache, "engine"), `${before}\n`);
  return home.bash(
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
    const checkpoint = home.bash("stack_checkpoint x");
    mkdirSync(dirname(checkpoint), { recursive: true });
    mkdirSync(join(home.state, "project"));
    writeFileSync(checkpoint, JSON.stringify({ version: 3, checkpoint: { stack: "x", latest: { resources } } }));
    const history = join(home.state, ".pulumi/history/kubeadm-ha/x");
    mkdirSync(history, { recursive: true });
    const lock = join(home.state, ".pulumi/locks/organization/kubeadm-ha/x/of-a-run-that-died.json");
    mkdirSync(dirname(lock), { recursive: true });
    writeFileSync(lock, "");
    // A setup of other versions than those of this clone.
    writeFileSync(join(cache, "lab-0123456789ab.json"), "{}");
    mkdirSync(join(cache, "pulumi/3.200.0"), { recursive: true });
    home.program("podman", "exit 1");
    home.program("docker", "exit 1");
    home.program(
      "../kubeadm-ha/pulumi/3.200.0/pulumi",
      `echo "$*" >>${home.path}/called\ncase "$1 $2" in "stack rm") rm ${checkpoint} ;; destroy*) ${destroyed} ;; esac`,
    );
    const { status, stderr } = home.script("down", { STACK: "x" });
    const called = readFileSync(join(home.path, "called"), "utf8");
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

describe("lab/replace", () => {
  const of = (types: string, name: string) => ({
    type: types.split("$").pop(),
    urn: `urn:pulumi:x::kubeadm-ha::${types}::${name}`,
  });
  const inLab = "kubeadm-ha:index:LabMachines$command:local:Command";

  /** What it says to a machine of that name, where the stack x has cp-1 and its network. */
  function refusal(machine: string, stack = "x"): string {
    const checkpoint = home.bash("stack_checkpoint x");
    mkdirSync(dirname(checkpoint), { recursive: true });
    const resources = [
      of(inLab, "x-machines-network"),
      of(inLab, "x-machines-cp-1"),
      of(inLab, "x-machines-cp-1.example.com"),
      of("kubeadm-ha:index:LabMachines$tls:index/privateKey:PrivateKey", "x-machines-cp-1-host-key"),
      of("kubeadm-ha:index:ControlPlane$command:local:Command", "x-cp-1-leave"),
    ];
    writeFileSync(checkpoint, JSON.stringify({ version: 3, checkpoint: { stack: "x", latest: { resources } } }));
    const { status, stderr } = home.script("replace", { STACK: stack, MACHINE: machine });
    expect(status, stderr).toBe(1);
    return stderr;
  }

  test.each(["cp-2", "network", "cp-1-host-key", "1", "cp.1"])(
    "replaces nothing where %s is no machine of the lab",
    (machine) => {
      expect(refusal(machine)).toContain(
        `lab: error: stack x has no machine ${machine} of the lab; it has: cp-1 cp-1.example.com. docs/operations.md says`,
      );
    },
  );

  test("wants a machine, and a stack that is there", () => {
    expect(refusal("")).toContain("run 'make replace MACHINE=cp-1'");
    expect(refusal("cp-1", "y")).toContain("there is no stack y; run 'make up STACK=y' first");
  });

  test("goes on with one that is there", () => {
    // There was no setup here.
    expect(refusal("cp-1")).toContain("which lab/setup writes: run 'make lab'");
  });
});

test("an up starts the machines of this stack and state directory that stand still, and no others", () => {
  const checkpoint = home.bash("stack_checkpoint x");
  mkdirSync(dirname(checkpoint), { recursive: true });
  writeFileSync(checkpoint, "{}");
  writeFileSync(home.bash("lab_json"), "{}");
  const pulumi = home.bash("echo $CACHE/pulumi/$PULUMI");
  mkdirSync(pulumi, { recursive: true });
  const note = (program: string) => `echo "${program} $1 $2" >>${home.path}/called`;
  home.program(relative(join(home.path, "bin"), join(pulumi, "pulumi")), note("pulumi"));
  home.program("docker", "exit 1");
  home.program(
    "podman",
    `case "$*" in
       "container ls"*label=kubeadm-ha.owner=x@file://${home.state}\\ *)
         printf '%s\\n' 'x-cp-1 Exited (137) 3 minutes ago' 'x-cp-2 Up 3 minutes' 'x-cp-3 Created' ;;
       "container start"*) echo "podman $*" >>${home.path}/called ;;
     esac`,
  );
  const { status, stderr } = home.script("pulumi", { STACK: "x" }, "up");
  expect(status, stderr).toBe(0);
  expect(stderr).toBe("lab: starting x-cp-1, which stands still\n");
  const called = readFileSync(join(home.path, "called"), "utf8").split("\n");
  expect(called).toEqual(["podman container start x-cp-1", expect.stringMatching(/^pulumi up/), ""]);
});
