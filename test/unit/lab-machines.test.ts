import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { renderStep } from "../../components/remote/render";
import { shellSources } from "../../components/remote/sources";
import { labConfig } from "../support/fixtures";
import { LabHome } from "../support/lab-home";
import { root } from "../support/place";
import { only } from "../support/problems";

let home: LabHome;

beforeEach(() => {
  home = new LabHome();
});

const script = "lab/container.sh";
const sources = shellSources(script, { path: join(root, "lab/machines"), as: "lab" });

/** container.sh as a step of one second, with the engine that a test has made. */
function machines(engine: string, ...args: string[]) {
  const [verb, action, ...words] = args;
  const { status, stderr } = spawnSync("bash", ["-s", "--", verb, action, engine, "x", ...words], {
    input: renderStep({ script, sources, input: {}, deadline: 1 }),
    encoding: "utf8",
    timeout: 20_000,
    env: { ...process.env, PATH: `${join(home.path, "bin")}:${process.env.PATH}`, PULUMI_BACKEND_URL: "file:///state" },
  });
  return { status, stderr };
}

test.each(["podman", "docker"])("a network of %s that has other addresses is refused, and stays as it is", (engine) => {
  const subnets = engine === "podman" ? ".Subnets" : ".IPAM.Config";
  home.program(
    engine,
    `case "$*" in
       *owner*) echo x@file:///state ;;
       *"range ${subnets}"*) echo '10.89.40.0/24 ' ;;
       "network inspect x") ;;
       *) echo "$*" is not asked here >&2; exit 1 ;;
     esac`,
  );
  expect(machines(engine, "network", "up", "10.89.40.0/24")).toEqual({ status: 0, stderr: "" });
  expect(machines(engine, "network", "up", "10.89.41.0/24")).toEqual({
    status: 1,
    stderr: `error: network x has the addresses 10.89.40.0/24
  expected: 10.89.41.0/24
  to do: set the subnet back, or take the stack away first (make down STACK=x): its machines have addresses of the old one
`,
  });
});

test.each([
  ["podman", "fd00:10:89:40::/64", "--subnet fd00:10:89:40::/64"],
  ["podman", "10.89.40.0/24,fd00:10:89:40::/64", "--subnet 10.89.40.0/24 --subnet fd00:10:89:40::/64"],
  ["docker", "10.89.40.0/24", "--subnet 10.89.40.0/24"],
  ["docker", "fd00:10:89:40::/64", "--subnet fd00:10:89:40::/64 --ipv6 --ipv4=false"],
  ["docker", "10.89.40.0/24,fd00:10:89:40::/64", "--subnet 10.89.40.0/24 --subnet fd00:10:89:40::/64 --ipv6"],
])("a network of %s with the addresses %s", (engine, subnet, flags) => {
  home.program(
    engine,
    `case "$*" in *inspect*) exit 1 ;; *"--label kubeadm-ha.owner=x@file:///state ${flags} x") ;; *) exit 2 ;; esac`,
  );
  expect(machines(engine, "network", "up", subnet)).toEqual({ status: 0, stderr: "" });
});

test.each([
  ["network", "up", "10.89.40.0/24"],
  ["machine", "down", "cp-1", "10.89.40.11", "image", "/bundle"],
])("an engine that hangs ends the step with a word on it: %s %s", (...args) => {
  home.program("podman", "exec sleep 60");
  const { status, stderr } = machines("podman", ...args);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: 'podman (network|container) inspect' has not ended in the 1 s of this step$/m);
  expect(stderr).toContain("to do: see whether 'podman info' answers");
});

test("no machine is called as the network of the containers, whose resource it would be", () => {
  const [balancer] = labConfig.machines.loadBalancers;
  const machines = { ...labConfig.machines, loadBalancers: [{ ...balancer, name: "network" }] };
  expect(only({ ...labConfig, machines })).toBe(
    'machines.loadBalancers[0].name: "network" is what the network of the containers is called; take another',
  );
});
