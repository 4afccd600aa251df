import { nodeAddressProblems, placeProblems, reachProblems } from "../../machine/checks";
import { placedMachines } from "../../machine/machine-lists";
import type { Problem } from "../../values/problems";
import type { ClusterPlan, Paths } from "./plan";

/** Counts, names and addresses of machines. */
export function machineProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  const count = plan.controlPlanes.length;
  const nodes = placedMachines({ ...plan, loadBalancers: [], etcd: [] }, paths.machines);
  const all = placedMachines(plan, paths.machines);
  const places = [...placeProblems(all), ...reachProblems(all), ...nodeAddressProblems(nodes)];
  if ([3, 5, 7].includes(count)) return places;
  return [
    {
      path: `${paths.machines}controlPlanes`,
      message:
        `${count} control planes; allowed: 3, 5 or 7 (etcd keeps its quorum with 1, 2 or 3 of them lost; an even ` +
        "number adds a machine that can fail, not one that may)",
    },
    ...places,
  ];
}
