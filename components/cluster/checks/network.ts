import { clusterRanges, rangesOf } from "../../kubeadm/ranges";
import { placedMachines } from "../../machine/machine-lists";
import { type Cidr, contains, isReachable, overlap, parseCidr, rangeFamily } from "../../values/addresses";
import type { Problem } from "../../values/problems";
import type { ClusterPlan, Paths } from "./plan";

const example = "10.244.0.0/16, with no bit set beyond the prefix";

/** Ranges of addresses: their form, their size, and what they must not have in common. */
export function networkProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  const at = (name: string) => `${paths.options}${name}`;
  const machines = placedMachines(plan, paths.machines);
  const configured = clusterRanges(plan.options);
  const names = ["podCidr", "serviceCidr"] as const;
  const problems: Problem[] = names.flatMap((name) => formProblems(configured[name], at(name)));
  const ranges = names.flatMap((name) => rangesOf(configured[name]).map((range) => ({ name, ...range })));
  const [pods, services] = names.map((name) => ranges.filter((range) => range.name === name));
  for (const first of pods)
    for (const second of services.filter(({ cidr }) => overlap(first.cidr, cidr)))
      problems.push({
        path: at("podCidr"),
        message: `"${first.text}" overlaps serviceCidr "${second.text}"; they must have no address in common`,
      });
  for (const { name, text, cidr } of ranges) {
    const ipv4 = cidr[0].kind() === "ipv4";
    // The tenth address of Services is that of DNS; of pods it takes some more.
    if ((ipv4 ? 32 : 128) - cidr[1] < 4)
      problems.push({
        path: at(name),
        message: `"${text}" is too small; kubeadm takes 16 addresses at least (/${ipv4 ? 28 : 124})`,
      });
    if (name === "podCidr") problems.push(...podRangeProblems(plan, paths, { text, cidr, both: pods.length > 1 }));
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
      [machine.address, machine.privateAddress, machine.secondAddress].some(
        (address) => address !== undefined && contains(cidr, address),
      ),
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

/** One range, or two of which one is IPv4 and the other IPv6. */
function formProblems(text: string, path: string): Problem[] {
  const parts = text.split(",");
  const problem = (message: string) => [{ path, message }];
  const two = "two are written as 10.244.0.0/16,fd00:10:244::/56";
  if (parts.length > 2) return problem(`"${text}" is ${parts.length} ranges; allowed: 1, or one of each family`);
  const wrong = parts.filter((part) => parseCidr(part) === undefined);
  if (wrong.length > 0)
    return wrong.flatMap((part) =>
      problem(
        `"${part}" is not a valid range of addresses; example: ${example}` +
          (parts.length > 1 ? `; ${two}, without a space` : ""),
      ),
    );
  const [first, second] = rangesOf(text).map(({ cidr }) => rangeFamily(cidr));
  return first === second ? problem(`"${text}" is twice ${first}; allowed: one of each family; ${two}`) : [];
}

/** One range of pods, and whether there is another one beside it. */
interface PodRange {
  text: string;
  cidr: Cidr;
  both: boolean;
}

/**
 * Every Node gets a part of the pods' range, of one size for all. kubeadm knows that size by the flag of the address
 * family alone, kube-controller-manager by the one for both as well:
 * https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
 */
function podRangeProblems(plan: ClusterPlan, paths: Paths, { text, cidr, both: dual }: PodRange): Problem[] {
  const [network, prefix] = cidr;
  const flags: Record<string, string> = plan.options.controllerManager?.extraArgs ?? {};
  if (flags["allocate-node-cidrs"] === "false") return [];
  const ipv4 = network.kind() === "ipv4";
  const [both, own] = ["node-cidr-mask-size", `node-cidr-mask-size-ipv${ipv4 ? 4 : 6}`];
  const flag = own in flags || dual ? own : both;
  const path = (name: string) => `${paths.options}controllerManager.extraArgs.${name}`;
  const bits = ipv4 ? 32 : 128;
  const usual = ipv4 ? 24 : 64;
  const mask = Number(flags[flag] ?? usual);
  if (!/^\d+$/.test(flags[flag] ?? `${usual}`) || mask < 1 || mask > bits)
    return [{ path: path(flag), message: `"${flags[flag]}" is not the length of a prefix; allowed: 1 to ${bits}` }];
  // kube-controller-manager does not start with two of them, nor with the one of a family that is not there.
  const idle = Object.keys(flags).find((name) => (dual ? name === both : name.startsWith(both) && name !== flag));
  const beside = flag in flags ? ` and ${flag}` : "";
  if (idle !== undefined && dual)
    // Said once, of the two ranges.
    return ipv4
      ? [
          {
            path: path(idle),
            message: `is not allowed with a podCidr of two ranges; use ${both}-ipv4 and ${both}-ipv6`,
          },
        ]
      : [];
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
