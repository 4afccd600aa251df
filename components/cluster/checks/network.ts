import { clusterRanges } from "../../kubeadm/ranges";
import { placedMachines } from "../../machine/machine-lists";
import { type Cidr, contains, overlap, parseCidr } from "../../values/addresses";
import type { Problem } from "../../values/problems";
import type { ClusterPlan, Paths } from "./plan";

/** Ranges of addresses: their form, their size, and what they must not have in common. */
export function networkProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  const at = (name: string) => `${paths.options}${name}`;
  const machines = placedMachines(plan, paths.machines);
  const nodesWanted = plan.controlPlanes.length + plan.workerPools.flatMap((pool) => pool.machines).length;
  const example = "10.244.0.0/16, with no bit set beyond the prefix";
  const problems: Problem[] = [];
  const ranges: { name: "podCidr" | "serviceCidr"; text: string; cidr: Cidr }[] = [];
  const configured = clusterRanges(plan.options);
  for (const name of ["podCidr", "serviceCidr"] as const) {
    const text = configured[name];
    const cidr = parseCidr(text);
    if (cidr) ranges.push({ name, text, cidr });
    else
      problems.push({
        path: at(name),
        message: `"${text}" is not a valid range of addresses; example: ${example}`,
      });
  }
  const [first, second] = ranges;
  if (first && second && overlap(first.cidr, second.cidr)) {
    problems.push({
      path: at("podCidr"),
      message: `"${first.text}" overlaps serviceCidr "${second.text}"; they must have no address in common`,
    });
  }
  for (const { name, text, cidr } of ranges) {
    const ipv4 = cidr[0].kind() === "ipv4";
    // kube-controller-manager gives every node a /24 (IPv6: /64) of the pod CIDR; kube-apiserver takes 20 bits of
    // Services at most.
    const nodes = 2 ** ((ipv4 ? 24 : 64) - cidr[1]);
    if (name === "podCidr" && nodes < nodesWanted) {
      problems.push({
        path: at(name),
        message:
          `"${text}" has room for ${Math.floor(nodes)} nodes; ` +
          `needed: ${nodesWanted}, with a /${ipv4 ? 24 : 64} each`,
      });
    }
    if (name === "serviceCidr" && (ipv4 ? 32 : 128) - cidr[1] > 20) {
      problems.push({
        path: at(name),
        message: `"${text}" is too large; the API server takes 20 bits of addresses at most (/${ipv4 ? 12 : 108})`,
      });
    }
    const inside = machines.filter((machine) =>
      [machine.address, machine.privateAddress].some((address) => address !== undefined && contains(cidr, address)),
    );
    if (inside.length > 0) {
      const names = inside.map((machine) => machine.name).join(", ");
      problems.push({
        path: at(name),
        message: `"${text}" holds the addresses of ${names}; machines must lie outside of it`,
      });
    }
  }
  return problems;
}
