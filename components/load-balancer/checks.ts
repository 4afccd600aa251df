import { clusterHosts, type PlacedMachine } from "../machine/checks";
import { addressProblem, familyOf, isIp, isReachable, isSameHost } from "../values/addresses";
import type { Problem } from "../values/problems";
import type { LoadBalancerOptions } from "./options";

/** What can be judged of load balancers before there is one. */
export interface BalancerPlan {
  /** Their options. */
  options?: LoadBalancerOptions;
  /** The machines that they run on. */
  machines: PlacedMachine[];
  /** Every machine that has an address of its own, these among them. */
  all: PlacedMachine[];
}

/** One load balancer alone, or two that share an address; PATH is what comes before their options. */
export function sharingProblems({ options, machines }: BalancerPlan, path: string): Problem[] {
  const virtual = options?.virtualAddress;
  const option = `${path}virtualAddress`;
  if (machines.length === 1 && virtual !== undefined)
    return [{ path: option, message: `"${virtual}" with 1 load balancer; it takes two to share an address` }];
  if (machines.length === 2 && virtual === undefined) {
    const fix = "the address that they share; nodes and clients reach the API at it";
    return [{ path: option, message: `missing, with 2 load balancers; set ${fix}` }];
  }
  return [];
}

/** Each option by itself, and next to the machines; PATH is what comes before the options. */
export function balancerProblems(plan: BalancerPlan, path: string): Problem[] {
  const { virtualAddress, virtualRouterId, interface: name } = plan.options ?? {};
  const problems: Problem[] = [];
  const problem = (key: string, message: string) => problems.push({ path: `${path}${key}`, message });
  if (virtualRouterId !== undefined && !(virtualRouterId >= 1 && virtualRouterId <= 255)) {
    problem("virtualRouterId", `${virtualRouterId} is not a VRRP router id; allowed: 1 to 255`);
  }
  if (name !== undefined && !/^[\w.-]{1,15}$/.test(name)) {
    problem("interface", `"${name}" is not the name of a network interface; 'ip link' on the machines shows them`);
  }
  if (virtualAddress === undefined) {
    if (virtualRouterId !== undefined) problem("virtualRouterId", "belongs to a virtualAddress, and there is none");
    if (name !== undefined) problem("interface", "belongs to a virtualAddress, and there is none");
    return problems;
  }
  if (!isIp(virtualAddress)) {
    problem("virtualAddress", `"${virtualAddress}" is not an IP address; examples: 10.0.0.10, fd00:10::10`);
    return problems;
  }
  if (!isReachable(virtualAddress)) {
    problem("virtualAddress", `"${virtualAddress}" leads to no machine; expected: a free one in their network`);
    return problems;
  }
  const form = addressProblem(virtualAddress);
  if (form !== undefined) {
    problem("virtualAddress", `"${virtualAddress}" ${form}`);
    return problems;
  }
  const holder = plan.all.find(({ address, privateAddress, secondAddress }) =>
    [address, privateAddress, secondAddress].some((known) => known !== undefined && isSameHost(known, virtualAddress)),
  );
  if (holder !== undefined) {
    problem("virtualAddress", `"${virtualAddress}" is the address of ${holder.path}; it has to be a free one`);
  }
  return [...problems, ...peerProblems(plan.machines, virtualAddress, path)];
}

/** Machines that share an address know each other by theirs, of the same family. */
function peerProblems(machines: PlacedMachine[], virtualAddress: string, path: string): Problem[] {
  const family = familyOf(virtualAddress);
  const hosts = clusterHosts(machines);
  const wrong = hosts.filter(({ host }) => familyOf(host) !== family);
  if (wrong.length > 1 && wrong.length === hosts.length && wrong.every(({ host }) => isIp(host))) {
    const own = wrong.map(({ host }) => host).join(" and ");
    return [
      {
        path: `${path}virtualAddress`,
        message: `"${virtualAddress}" is ${family}, and its machines are ${own}; expected: an address of their family`,
      },
    ];
  }
  return wrong.map(({ path, host }) => ({
    path,
    message: `"${host}" is not an ${family} address; machines with a virtual address of ${family} need one`,
  }));
}
