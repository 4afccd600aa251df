import { InstallMode } from "../../components";
import { placedMachines } from "../../components/machine/machine-lists";
import { contains, isIpv4, parseCidr } from "../../components/values/addresses";
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
  const subnet = parseCidr(text);
  const inside = (address: string) => subnet === undefined || contains(subnet, address);
  check(subnet !== undefined, "machines.subnet", `"${text}" is not a valid range of addresses; example: 10.89.40.0/24`);
  for (const { path, name, address } of placedMachines(machines, configPaths.machines)) {
    check(inside(address), `${path}.address`, `"${address}" is outside of the lab's subnet ${text}`);
    check(
      name !== "network",
      `${path}.name`,
      '"network" is what the network of the containers is called; take another',
    );
  }
  const { virtualAddress } = cluster.loadBalancer ?? {};
  check(
    virtualAddress === undefined || !isIpv4(virtualAddress) || inside(virtualAddress),
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
