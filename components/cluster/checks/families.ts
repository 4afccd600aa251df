import { clusterRanges, exampleRanges, familiesOf } from "../../kubeadm/ranges";
import { clusterHosts } from "../../machine/checks";
import { placedMachines } from "../../machine/machine-lists";
import { type Family, familyOf, isReachable } from "../../values/addresses";
import type { Problem } from "../../values/problems";
import { socketHost } from "../../values/socket-address";
import type { ClusterPlan, Paths } from "./plan";

/**
 * IPv4, IPv6 or both: the ranges, the machines and the endpoint have to be of the same. An API server does not start
 * with an address that is not of the first family of its Services, and a Node gets pods of the families that it has
 * addresses of: https://kubernetes.io/docs/concepts/services-networking/dual-stack/
 */
export function familyProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  const { podCidr, serviceCidr } = clusterRanges(plan.options);
  const families = familiesOf(podCidr);
  // What is no range, or is not one of each family, is told of by itself.
  if (families.length === 0 || new Set(families).size !== podCidr.split(",").length) return [];
  return [
    ...rangeProblems(plan, paths, familiesOf(podCidr), familiesOf(serviceCidr)),
    ...machineProblems(plan, paths, families),
    ...secondProblems(plan, paths, families),
    ...endpointProblems(plan, paths, families),
  ];
}

function rangeProblems(plan: ClusterPlan, paths: Paths, pods: Family[], services: Family[]): Problem[] {
  const ranges = clusterRanges(plan.options);
  if (services.length !== ranges.serviceCidr.split(",").length || pods.join() === services.join()) return [];
  const key = plan.options.podCidr === undefined || pods.length < services.length ? "podCidr" : "serviceCidr";
  const [other, own, wanted] =
    key === "podCidr" ? (["serviceCidr", pods, services] as const) : (["podCidr", services, pods] as const);
  return [
    {
      path: `${paths.options}${key}`,
      message:
        `${shown(plan, key)} is ${list(own)}, and ${other} "${ranges[other]}" is ${list(wanted)}; expected: the same ` +
        `families in the same order, for example ${exampleRanges(wanted)[key]}`,
    },
  ];
}

/** At the address by which the others know it, every machine is of the first family. */
function machineProblems(plan: ClusterPlan, paths: Paths, [primary, second]: Family[]): Problem[] {
  const of = (lists: ClusterPlan) =>
    clusterHosts(placedMachines(lists, paths.machines)).flatMap((placed) => {
      const family = familyOf(placed.host);
      return family === undefined || !isReachable(placed.host) ? [] : [{ ...placed, family }];
    });
  const wrong = of(plan).filter(({ family }) => family !== primary);
  const nodes = of({ ...plan, loadBalancers: [], etcd: [] });
  const [first] = wrong;
  if (first === undefined) return [];
  if (nodes.length > 0 && nodes.every(({ family }) => family !== primary)) {
    const { podCidr, serviceCidr } = exampleRanges([first.family, ...(second ? [primary] : [])]);
    return [
      {
        path: `${paths.options}podCidr`,
        message:
          `${shown(plan, "podCidr")} ${second ? "begins with" : "is"} ${primary}, and every machine's address is ` +
          `${first.family}; put the machines' family first, for example podCidr ${podCidr}, serviceCidr ${serviceCidr}`,
      },
    ];
  }
  return wrong.map(({ path, host, family }) => ({
    path,
    message:
      `"${host}" is ${family}, and the first family of the cluster is ${primary}, by podCidr ` +
      `${shown(plan, "podCidr").replace(/,$/, "")}; expected: the machine's ${primary} address`,
  }));
}

function secondProblems(plan: ClusterPlan, paths: Paths, [primary, second]: Family[]): Problem[] {
  const nodes = placedMachines({ ...plan, loadBalancers: [], etcd: [] }, paths.machines);
  const etcd = placedMachines({ ...plan, controlPlanes: [], loadBalancers: [], workerPools: [] }, paths.machines);
  const at = (path: string, message: string): Problem => ({ path: `${path}.secondAddress`, message });
  const idle = etcd.flatMap(({ path, secondAddress }) =>
    secondAddress === undefined
      ? []
      : [at(path, `"${secondAddress}" is of no use: etcd is reached at one address; leave it out`)],
  );
  const podCidr = shown(plan, "podCidr");
  const ofNodes = nodes.flatMap((machine) => {
    const { path, secondAddress } = machine;
    if (second === undefined && secondAddress !== undefined) {
      const fix = `make both ranges two, for example podCidr ${exampleRanges([primary, other(primary)]).podCidr}`;
      return [at(path, `"${secondAddress}", and podCidr ${podCidr} is ${primary} alone; ${fix}, or leave it out`)];
    }
    // What is known later is there without a value; a machine that its source makes may have no address here at all.
    if (second !== undefined && "address" in machine && !("secondAddress" in machine))
      return [at(path, `missing, and podCidr ${podCidr} has two ranges; set the machine's ${second} address`)];
    return [];
  });
  return [...idle, ...ofNodes];
}

/** Those who reach a load balancer of others are the machines, too. One that they share is judged beside theirs. */
function endpointProblems({ options }: ClusterPlan, paths: Paths, families: Family[]): Problem[] {
  const host = socketHost(options.controlPlaneEndpoint ?? "") ?? "";
  const family = familyOf(host);
  if (family === undefined || families.includes(family) || !isReachable(host)) return [];
  const message = `"${host}" is ${family}; machines of this cluster reach it by ${list(families)} alone`;
  return [{ path: `${paths.options}controlPlaneEndpoint`, message }];
}

function shown(plan: ClusterPlan, key: "podCidr" | "serviceCidr"): string {
  const text = `"${clusterRanges(plan.options)[key]}"`;
  return plan.options[key] === undefined ? `${text}, the default,` : text;
}

function list(families: readonly Family[]): string {
  return families.length === 2 ? `${families[0]} and ${families[1]}` : families.join(", ");
}

function other(family: Family): Family {
  return family === "IPv4" ? "IPv6" : "IPv4";
}
