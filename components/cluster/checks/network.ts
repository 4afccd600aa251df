import { clusterRanges } from "../../kubeadm/ranges";
import { placedMachines } from "../../machine/machine-lists";
import { type Cidr, contains, isReachable, overlap, parseCidr } from "../../values/addresses";
import type { Problem } from "../../values/problems";
import type { ClusterPlan, Paths } from "./plan";

/** Ranges of addresses: their form, their size, and what they must not have in common. */
export function networkProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  const at = (name: string) => `${paths.options}${name}`;
  const machines = placedMachines(plan, paths.machines);
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
    // The tenth address of Services is that of DNS; of pods it takes some more.
    if ((ipv4 ? 32 : 128) - cidr[1] < 4)
      problems.push({
        path: at(name),
        message: `"${text}" is too small; kubeadm takes 16 addresses at least (/${ipv4 ? 28 : 124})`,
      });
    if (name === "podCidr") problems.push(...podRangeProblems(plan, paths, text, cidr));
    // kube-apiserver takes 20 bits of Services at most.
    if (name === "serviceCidr" && (ipv4 ? 32 : 128) - cidr[1] > 20) {
      problems.push({
        path: at(name),
        message: `"${text}" is too large; the API server takes 20 bits of addresses at most (/${ipv4 ? 12 : 108})`,
      });
    }
    if (!isReachable(cidr[0].toString())) {
      problems.push({
        path: at(name),
        message: `"${text}" is a range that no network leads to; example: ${example}`,
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

/**
 * Every Node gets a part of the pods' range, of one size for all. kubeadm knows that size by the flag of the address
 * family alone, kube-controller-manager by the one for both as well:
 * https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
 */
function podRangeProblems(plan: ClusterPlan, paths: Paths, text: string, [network, prefix]: Cidr): Problem[] {
  const flags: Record<string, string> = plan.options.controllerManager?.extraArgs ?? {};
  if (flags["allocate-node-cidrs"] === "false") return [];
  const ipv4 = network.kind() === "ipv4";
  const [both, own] = ["node-cidr-mask-size", `node-cidr-mask-size-ipv${ipv4 ? 4 : 6}`];
  const flag = own in flags ? own : both;
  const path = (name: string) => `${paths.options}controllerManager.extraArgs.${name}`;
  const bits = ipv4 ? 32 : 128;
  const usual = ipv4 ? 24 : 64;
  const mask = Number(flags[flag] ?? usual);
  if (!/^\d+$/.test(flags[flag] ?? `${usual}`) || mask < 1 || mask > bits)
    return [{ path: path(flag), message: `"${flags[flag]}" is not the length of a prefix; allowed: 1 to ${bits}` }];
  // kube-controller-manager does not start with two of them, nor with the one of the other family.
  const idle = Object.keys(flags).find((name) => name.startsWith(both) && name !== flag);
  const beside = flag in flags ? ` and ${flag}` : "";
  if (idle !== undefined)
    return [
      { path: path(idle), message: `is not allowed with a podCidr of IPv${ipv4 ? 4 : 6}${beside}; leave it out` },
    ];
  const wanted = plan.controlPlanes.length + plan.workerPools.flatMap((pool) => pool.machines).length;
  const room = Math.floor(2 ** (mask - prefix));
  const problem = (message: string) => [{ path: `${paths.options}podCidr`, message: `"${text}" ${message}` }];
  if (room < wanted) {
    const fix = flag in flags ? `; take a larger range, or a larger ${flag}` : "";
    return problem(`has room for ${room} node${room === 1 ? "" : "s"}; needed: ${wanted}, with a /${mask} each${fix}`);
  }
  const known = flag === own ? mask : usual;
  if (prefix > known)
    return problem(`is smaller than a /${known}, which kubeadm takes each node to get; set ${own} instead of ${both}`);
  if (known - prefix > 16)
    return problem(
      `is too large for a /${known} for each node; allowed by kubeadm: /${known - 16} at most, or another ${own}`,
    );
  return [];
}
