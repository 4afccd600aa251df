import { contains, isIpv4, parseCidr } from "../components/cluster/addresses";
import { laterEndpoint, type PlacedMachine, placedMachines } from "../components/cluster/checks/plan";
import type { Problem } from "../components/cluster/problems";
import { validate } from "../components/cluster/validate";
import { InstallMode } from "../components/host/install";
import type { Settings } from "../config";
import { awsMeaning } from "./aws-meaning";
import type { LabSettings, MachineLists, StaticSettings } from "./machines";
import { hostKeyProblems, proxyProblems } from "./ssh-meaning";

const paths = { machines: "machines.", options: "cluster." };

/** Problems that no schema sees. Those at or below a path that has a problem of form already are left out. */
export function meaning(settings: Settings, known: string[] = [], region?: string): Problem[] {
  const { machines, cluster, authorities } = settings;
  const { loadBalancer, install } = cluster;
  const balanced = machines.source === "aws" && machines.networkLoadBalancer && machines.loadBalancers.length === 0;
  const controlPlaneEndpoint = cluster.controlPlaneEndpoint ?? (balanced ? laterEndpoint : undefined);
  const problems = validate(
    { ...machines, loadBalancer, controlPlaneEndpoint, install, authorities, options: cluster },
    paths,
  );
  if (machines.source === "lab") problems.push(...labProblems(machines, settings));
  if (machines.source === "static") problems.push(...staticProblems(machines, settings));
  if (machines.source === "aws") problems.push(...awsMeaning(machines, settings, region));
  return problems.filter(
    (problem) => !known.some((path) => problem.path === path || problem.path.startsWith(`${path}.`)),
  );
}

/** Every machine as its source describes it, with its path. */
function placed<Machine extends { name: string }>(lists: MachineLists<Machine>): (Machine & PlacedMachine)[] {
  return placedMachines({ ...lists, options: { kubernetesVersion: "" } }, paths) as (Machine & PlacedMachine)[];
}

function labProblems(machines: LabSettings, { cluster, sshPrivateKey }: Settings): Problem[] {
  const problems: Problem[] = [];
  const subnet = parseCidr(machines.subnet);
  if (!subnet)
    problems.push({
      path: "machines.subnet",
      message: `"${machines.subnet}" is no range of addresses; example: 10.89.40.0/24`,
    });
  for (const { path, address } of placed(machines)) {
    if (subnet && !contains(subnet, address)) {
      problems.push({
        path: `${path}.address`,
        message: `"${address}" is outside of the lab's subnet ${machines.subnet}`,
      });
    }
  }
  const { virtualAddress } = cluster.loadBalancer ?? {};
  if (subnet && virtualAddress !== undefined && isIpv4(virtualAddress) && !contains(subnet, virtualAddress)) {
    problems.push({
      path: "cluster.loadBalancer.virtualAddress",
      message: `"${virtualAddress}" is outside of the lab's subnet ${machines.subnet}`,
    });
  }
  if (cluster.install && cluster.install.mode !== InstallMode.Packages)
    problems.push({
      path: "cluster.install",
      message: "lab machines install from the lab's own bundle, or from packages; leave it out, or set mode: packages",
    });
  if (sshPrivateKey !== undefined)
    problems.push({ path: "sshPrivateKey", message: "lab machines get a key of their own; leave it out" });
  return problems;
}

function staticProblems(machines: StaticSettings, { sshPrivateKey, sshProxyPrivateKey }: Settings): Problem[] {
  const { proxy } = machines.ssh;
  const problems = [
    ...placed(machines).flatMap(({ path, hostKey }) => hostKeyProblems(`${path}.hostKey`, hostKey)),
    ...(proxy ? proxyProblems(proxy) : []),
  ];
  if (sshPrivateKey === undefined) {
    problems.push({
      path: "sshPrivateKey",
      message:
        "missing; set the key that the machines accept: pulumi config set --secret sshPrivateKey < ~/.ssh/id_ed25519",
    });
  }
  if (sshProxyPrivateKey !== undefined && !proxy)
    problems.push({ path: "sshProxyPrivateKey", message: "there is no machines.ssh.proxy that would accept it" });
  return problems;
}
