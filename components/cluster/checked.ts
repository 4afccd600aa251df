import * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "../machine/machine";
import { problemText } from "../values/problems";
import { type KnownMachine, laterEndpoint } from "./checks/plan";
import type { KubeadmClusterArgs } from "./cluster";
import { validate } from "./validate";
import { type Release, releaseOf } from "./versions";

/** The tested companions of the version; throws one error with every problem, before any resource is registered. */
export function checkedRelease(args: KubeadmClusterArgs): Release {
  const {
    controlPlanes,
    loadBalancers = [],
    etcdMachines = [],
    workerPools = [],
    controlPlaneEndpoint,
    install,
  } = args;
  const plan = {
    controlPlanes: controlPlanes.map(known),
    loadBalancers: loadBalancers.map(known),
    etcd: etcdMachines.map(known),
    workerPools: workerPools.map((pool) => ({ ...pool, machines: pool.machines.map(known) })),
    loadBalancer: args.loadBalancer,
    // One that is known only later is judged by its being there.
    controlPlaneEndpoint: controlPlaneEndpoint && (plain(controlPlaneEndpoint) ?? laterEndpoint),
    install,
    authorities: Object.fromEntries(
      Object.entries(args.authorities ?? {}).map(([name, { certificate, privateKey }]) => [
        name,
        { certificate, privateKey: plain(privateKey) },
      ]),
    ),
    options: args,
  };
  const problems = validate(plan, { machines: "", options: "" });
  const release = releaseOf(args.kubernetesVersion);
  if (problems.length > 0 || release === undefined) throw new pulumi.RunError(problemText(problems));
  return release;
}

const plain = (value: pulumi.Input<string> | undefined) => (typeof value === "string" ? value : undefined);

function known(machine: MachineArgs): KnownMachine {
  return {
    name: machine.name,
    address: plain(machine.address),
    privateAddress: plain(machine.privateAddress),
    labels: machine.labels,
    zone: plain(machine.zone),
    region: plain(machine.region),
    providerId: plain(machine.providerId),
    dnsNames: machine.dnsNames?.filter((name) => typeof name === "string"),
  };
}
