import { InstallMode } from "../../components";
import { placedMachines } from "../../components/machine/machine-lists";
import { contains, isIp, parseCidr } from "../../components/values/addresses";
import type { Problem } from "../../components/values/problems";
import { configPaths } from "../lists";
import type { AroundMachines } from "../source";
import { sshKeys } from "../ssh";
import type { LabConfig } from "./schema";

/** What is wrong with containers on this machine. */
export function labChecks(machines: LabConfig, { cluster, ...keys }: AroundMachines): Problem[] {
  const problems: Problem[] = [];
  const check = (ok: boolean, path: string, message: string) => {
    if (!ok) problems.push({ path, message });
  };
  const { subnet: text } = machines;
  const subnets = text.split(",").map(parseCidr);
  const inside = (address = "") =>
    subnets.some((subnet) => subnet === undefined || contains(subnet, address)) || !isIp(address);
  check(
    subnets.every((subnet) => subnet !== undefined),
    "machines.subnet",
    `"${text}" is not a valid range of addresses; examples: 10.89.40.0/24, 10.89.40.0/24,fd00:10:89:40::/64`,
  );
  for (const { path, name, ...machine } of placedMachines(machines, configPaths.machines)) {
    for (const key of ["address", "secondAddress"] as const)
      check(inside(machine[key]), `${path}.${key}`, `"${machine[key]}" is outside of the lab's subnet ${text}`);
    check(
      name !== "network",
      `${path}.name`,
      '"network" is what the network of the containers is called; take another',
    );
  }
  const { virtualAddress } = cluster.loadBalancer ?? {};
  check(
    inside(virtualAddress),
    "cluster.loadBalancer.virtualAddress",
    `"${virtualAddress}" is outside of the lab's subnet ${text}`,
  );
  check(
    cluster.install === undefined || cluster.install.mode === InstallMode.Packages,
    "cluster.install",
    "lab machines install from the lab's own bundle, or from packages; leave it out, or set mode: packages",
  );
  for (const [key, value] of Object.entries(sshKeys(keys)))
    check(value === undefined, key, "lab machines get a key of their own; leave it out");
  return problems;
}
