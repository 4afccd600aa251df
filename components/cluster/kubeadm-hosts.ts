import * as pulumi from "@pulumi/pulumi";
import { placeProblems } from "../machine/checks";
import { known } from "../machine/known";
import type { MachineArgs } from "../machine/machine";
import { agentProblems } from "../remote/agent";
import { inside } from "../remote/step";
import type { InstallOptions } from "../software/options";
import { withoutPasswords } from "../software/registries";
import { type Problem, problemText } from "../values/problems";
import { installProblems } from "./checks/install";
import { versionProblems } from "./checks/options";
import { nodeSoftware, prepareNodes } from "./hosts";
import { releaseOf } from "./versions";

/** The arguments of {@link KubeadmHosts}. */
export interface KubeadmHostsArgs {
  /** The version of Kubernetes, e.g. `1.36.3`. */
  kubernetesVersion: string;
  /**
   * Machines that are to be control planes: the images of a control plane are there before kubeadm runs.
   * @default none
   */
  controlPlanes?: MachineArgs[];
  /**
   * Machines that are to be workers.
   * @default none
   */
  workers?: MachineArgs[];
  /** How they get container runtime, kubelet, kubeadm and images. */
  install: InstallOptions;
  /**
   * Where the images of Kubernetes come from.
   * @default "registry.k8s.io"
   */
  imageRepository?: string;
}

/**
 * Machines that are ready for `kubeadm init` and `kubeadm join`, which are left to you: operating system, container
 * runtime, kubelet, kubeadm and images. A machine that is a node by then keeps its software, also for another version:
 * an upgrade has an order that is not known here.
 */
export class KubeadmHosts extends pulumi.ComponentResource {
  /** The names of the machines. Whoever uses them thereby waits until all are ready. */
  readonly ready: pulumi.Output<string[]>;

  constructor(name: string, args: KubeadmHostsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { kubernetesVersion, controlPlanes = [], workers = [], install, imageRepository } = args;
    const release = releaseOf(kubernetesVersion);
    const problems = argumentProblems(args);
    if (problems.length > 0 || release === undefined)
      throw new pulumi.RunError(problemText(problems, `KubeadmHosts "${name}"`));
    const names = (machines: MachineArgs[]) => machines.map((machine) => machine.name);
    super(
      "kubeadm-ha:index:KubeadmHosts",
      name,
      {
        kubernetesVersion,
        controlPlanes: names(controlPlanes),
        workers: names(workers),
        install: withoutPasswords(install),
      },
      opts,
    );
    const prepared = { kubernetesVersion, release, install, imageRepository };
    const software = nodeSoftware(prepared);
    const leaves = (files: Record<string, string>) => ({ ...files, "leave-nodes": "" });
    const prepare = (machines: MachineArgs[], files: pulumi.Input<{ [path: string]: string }>) =>
      prepareNodes(name, machines, pulumi.output(files).apply(leaves), prepared, inside(this, opts));
    const hosts = [...prepare(controlPlanes, software.controlPlane), ...prepare(workers, software.worker)];
    this.ready = pulumi.all(hosts.map((host) => host.staged)).apply(() => [...names(controlPlanes), ...names(workers)]);
    this.registerOutputs({ ready: this.ready });
  }
}

function argumentProblems(args: KubeadmHostsArgs): Problem[] {
  const { kubernetesVersion, controlPlanes = [], workers = [], install } = known(args);
  const machines = Object.entries({ controlPlanes, workers }).flatMap(([list, machines]) =>
    machines.map((machine, i) => ({ ...machine, path: `${list}[${i}]` })),
  );
  const none = { path: "controlPlanes", message: "no machine here nor in workers; needed: 1 at least, in either" };
  return [
    ...versionProblems(kubernetesVersion, "kubernetesVersion"),
    ...placeProblems(machines),
    ...(machines.length === 0 ? [none] : []),
    ...installProblems({ etcd: [], options: { install } }, { machines: "", options: "" }),
    ...agentProblems(),
  ];
}
