import { clusterRanges, rangesOf } from "../../kubeadm/ranges";
import { type BalancerPlan, balancerProblems, sharingProblems } from "../../load-balancer/checks";
import { placedMachines } from "../../machine/machine-lists";
import { addressProblem, contains, isHost, isIp, isReachable, isSameHost } from "../../values/addresses";
import { apiPort } from "../../values/ports";
import type { Problem } from "../../values/problems";
import { socketHost } from "../../values/socket-address";
import type { ClusterPlan, Paths } from "./plan";

/** Where clients reach the API: load balancers of this cluster, or an endpoint that the user brings. */
export function endpointProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  return [
    ...countProblems(plan, paths),
    ...ownEndpointProblems(plan, paths),
    ...endpointNameProblems(plan, paths),
    ...optionProblems(plan, paths),
  ];
}

/** How many load balancers, and what goes with so many. */
function countProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  const { loadBalancers, options } = plan;
  const { controlPlaneEndpoint } = options;
  const count = loadBalancers.length;
  const found = `${count} load balancer${count === 1 ? "" : "s"}`;
  const path = `${paths.machines}loadBalancers`;
  if (controlPlaneEndpoint !== undefined) {
    if (count === 0) return [];
    return [
      {
        path,
        message: `${found} together with controlPlaneEndpoint "${controlPlaneEndpoint}"; expected: one or the other`,
      },
    ];
  }
  if (count === 1 || count === 2) return sharingProblems(balancerPlan(plan, paths), `${paths.options}loadBalancer.`);
  const own = "controlPlaneEndpoint, the address of one that you run yourself";
  const allowed = `1, 2 with ${paths.options}loadBalancer.virtualAddress, or none together with ${own}`;
  return [{ path, message: `${found}; allowed: ${allowed}` }];
}

function ownEndpointProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  const { controlPlaneEndpoint, loadBalancer } = plan.options;
  if (controlPlaneEndpoint === undefined) return [];
  const problems = ownHostProblems(controlPlaneEndpoint, plan, paths);
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

/** It is in every kubeconfig and every certificate, so one that leads to a single machine could never be mended. */
function ownHostProblems(endpoint: string, plan: ClusterPlan, paths: Paths): Problem[] {
  const host = socketHost(endpoint);
  const problem = (message: string) => [{ path: `${paths.options}controlPlaneEndpoint`, message }];
  if (host === undefined)
    return problem(`"${endpoint}" is not of the form host:port; example: api.example.com:${apiPort}`);
  const expected =
    "expected: a load balancer in front of all control planes, or a name that leads to one; it never changes in a " +
    "cluster's life";
  if (!isReachable(host)) return problem(`"${endpoint}" does not lead clients to a load balancer; ${expected}`);
  const own = machineOf(host, plan, paths);
  if (own !== undefined) return problem(`"${endpoint}" is ${own.path}, one machine; ${expected}`);
  const form = addressProblem(host);
  return form === undefined ? [] : problem(`"${host}" ${form}`);
}

/** The machine that is known as a host. */
function machineOf(host: string, plan: ClusterPlan, paths: Paths) {
  return placedMachines(plan, paths.machines).find(({ name, address, privateAddress, secondAddress, dnsNames = [] }) =>
    [name, address, privateAddress, secondAddress, ...dnsNames].some(
      (known) => known !== undefined && isSameHost(known, host),
    ),
  );
}

/** A name for load balancers of this cluster. */
function endpointNameProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  const { controlPlaneEndpoint, endpointName: name } = plan.options;
  if (name === undefined) return [];
  const problem = (message: string) => [{ path: `${paths.options}endpointName`, message: `"${name}" ${message}` }];
  if (controlPlaneEndpoint !== undefined)
    return problem("is a name for load balancers of this cluster, and its endpoint is another's; leave it out");
  if (isIp(name) || !isHost(name))
    return problem("is not a DNS name in lowercase; example: api.example.com, without a port");
  if (!isReachable(name)) return problem("leads every machine to itself; example: api.example.com");
  const own = machineOf(name, { ...plan, loadBalancers: [] }, paths);
  if (own !== undefined)
    return problem(`is ${own.path}, one machine; expected: a name that leads to the load balancers`);
  return [];
}

/** Each option of the load balancers, next to the cluster's machines and ranges of addresses. */
function optionProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  const path = `${paths.options}loadBalancer.`;
  const { virtualAddress = "" } = plan.options.loadBalancer ?? {};
  const problems = balancerProblems(balancerPlan(plan, paths), path);
  for (const [key, configured] of Object.entries(clusterRanges(plan.options)))
    for (const { text } of rangesOf(configured).filter(({ cidr }) => contains(cidr, virtualAddress)))
      problems.push({
        path: `${path}virtualAddress`,
        message: `"${virtualAddress}" lies in ${key} "${text}"; it has to be outside of it`,
      });
  return problems;
}

function balancerPlan(plan: ClusterPlan, paths: Paths): BalancerPlan {
  const all = placedMachines(plan, paths.machines);
  const list = `${paths.machines}loadBalancers[`;
  return { options: plan.options.loadBalancer, machines: all.filter(({ path }) => path.startsWith(list)), all };
}
