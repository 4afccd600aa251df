import { clusterRanges } from "../../kubeadm/ranges";
import { placedMachines } from "../../machine/machine-lists";
import { contains, isHost, isIpv4, parseCidr } from "../../values/addresses";
import { apiPort } from "../../values/ports";
import type { Problem } from "../../values/problems";
import type { ClusterPlan, Paths } from "./plan";

/** Where clients reach the API: load balancers of this cluster, or an endpoint that the user brings. */
export function endpointProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  return [...countProblems(plan, paths), ...ownEndpointProblems(plan, paths), ...optionProblems(plan, paths)];
}

/** How many load balancers, and what goes with so many. */
function countProblems({ loadBalancers, options }: ClusterPlan, paths: Paths): Problem[] {
  const { controlPlaneEndpoint, loadBalancer } = options;
  const count = loadBalancers.length;
  const found = `${count} load balancer${count === 1 ? "" : "s"}`;
  const path = `${paths.machines}loadBalancers`;
  const virtual = loadBalancer?.virtualAddress;
  const option = `${paths.options}loadBalancer.virtualAddress`;
  if (controlPlaneEndpoint !== undefined) {
    if (count === 0) return [];
    return [
      {
        path,
        message: `${found} together with controlPlaneEndpoint "${controlPlaneEndpoint}"; expected: one or the other`,
      },
    ];
  }
  if (count === 1 && virtual !== undefined) {
    return [{ path: option, message: `"${virtual}" with 1 load balancer; it takes two to share an address` }];
  }
  if (count === 2 && virtual === undefined) {
    const fix = "the address that they share; nodes and clients reach the API at it";
    return [{ path: option, message: `missing, with 2 load balancers; set ${fix}` }];
  }
  if (count === 1 || count === 2) return [];
  const own = "controlPlaneEndpoint, the address of one that you run yourself";
  const allowed = `1, 2 with ${option}, or none together with ${own}`;
  return [{ path, message: `${found}; allowed: ${allowed}` }];
}

function ownEndpointProblems(
  { options: { controlPlaneEndpoint, loadBalancer } }: ClusterPlan,
  paths: Paths,
): Problem[] {
  if (controlPlaneEndpoint === undefined) return [];
  const problems: Problem[] = [];
  const [, host, port] =
    /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(controlPlaneEndpoint)?.filter((x) => x !== undefined) ?? [];
  if (!(isHost(host ?? "") && Number(port) > 0 && Number(port) < 65536)) {
    problems.push({
      path: `${paths.options}controlPlaneEndpoint`,
      message: `"${controlPlaneEndpoint}" is not of the form host:port; example: api.example.com:${apiPort}`,
    });
  }
  if (loadBalancer !== undefined) {
    problems.push({
      path: `${paths.options}loadBalancer`,
      message:
        `set, although controlPlaneEndpoint "${controlPlaneEndpoint}" names a load balancer that you run yourself; ` +
        "leave one of them out",
    });
  }
  return problems;
}

/** Each option of the load balancers by itself. */
function optionProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  const { virtualAddress, virtualRouterId, interface: name } = plan.options.loadBalancer ?? {};
  const problems: Problem[] = [];
  const problem = (key: string, message: string) =>
    problems.push({ path: `${paths.options}loadBalancer.${key}`, message });
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
  if (!isIpv4(virtualAddress)) {
    problem("virtualAddress", `"${virtualAddress}" is not an IPv4 address; example: 10.0.0.10`);
    return problems;
  }
  const holder = placedMachines(plan, paths.machines).find((machine) =>
    [machine.address, machine.privateAddress].includes(virtualAddress),
  );
  if (holder !== undefined) {
    problem("virtualAddress", `"${virtualAddress}" is the address of ${holder.path}; it has to be a free one`);
  }
  for (const [key, text] of Object.entries(clusterRanges(plan.options))) {
    const cidr = parseCidr(text);
    if (cidr && contains(cidr, virtualAddress))
      problem("virtualAddress", `"${virtualAddress}" lies in ${key} "${text}"; it has to be outside of it`);
  }
  return [...problems, ...peerProblems(plan, paths)];
}

/** Machines that share an address know each other by theirs. */
function peerProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  return plan.loadBalancers.flatMap(({ address, privateAddress }, i) => {
    const known = privateAddress ?? address;
    if (known === undefined || isIpv4(known)) return [];
    return [
      {
        path: `${paths.machines}loadBalancers[${i}].${privateAddress === undefined ? "address" : "privateAddress"}`,
        message: `"${known}" is not an IPv4 address; machines with a virtual address need one`,
      },
    ];
  });
}
