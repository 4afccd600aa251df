import { placedMachines } from "../../machine/machine-lists";
import { isDnsLabel, isHost } from "../../values/addresses";
import type { Problem } from "../../values/problems";
import type { ClusterPlan, Paths } from "./plan";

/** Counts, names and addresses of machines. */
export function machineProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  const problems: Problem[] = [];
  const names = new Map<string, string>();
  const addresses = new Map<string, string>();
  const unique = (seen: Map<string, string>, value: string, path: string, what: string) => {
    const first = seen.get(value);
    if (first !== undefined)
      problems.push({ path, message: `${what} "${value}" is taken by ${first}; every machine needs its own` });
    else seen.set(value, path.replace(/\.\w+$/, ""));
  };
  const count = plan.controlPlanes.length;
  if (![3, 5, 7].includes(count)) {
    problems.push({
      path: `${paths.machines}controlPlanes`,
      message:
        `${count} control planes; allowed: 3, 5 or 7 (etcd keeps its quorum with 1, 2 or 3 of them lost; an even ` +
        "number adds a machine that can fail, not one that may)",
    });
  }
  const label = "lowercase letters, digits and inner hyphens, 63 at most";
  for (const { path, ...machine } of placedMachines(plan, paths.machines)) {
    if (!isDnsLabel(machine.name)) {
      problems.push({
        path: `${path}.name`,
        message: `"${machine.name}" is not a DNS label; allowed: ${label}`,
      });
    }
    unique(names, machine.name, `${path}.name`, "name");
    for (const key of ["address", "privateAddress"] as const) {
      const address = machine[key];
      if (address === undefined || (key === "privateAddress" && address === machine.address)) continue;
      if (!isHost(address))
        problems.push({ path: `${path}.${key}`, message: `"${address}" is neither an IP address nor a DNS name` });
      unique(addresses, address, `${path}.${key}`, "address");
    }
  }
  return problems;
}
