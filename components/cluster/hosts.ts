import * as pulumi from "@pulumi/pulumi";
import { Host, HostRole } from "../host/host";
import type { MachineArgs } from "../machine/machine";
import { softwareFiles } from "../software/files";
import { InstallMode, type InstallOptions } from "../software/options";
import type { Registry } from "../software/registries";
import { EtcdSoftware, etcdWay, Software } from "../software/software";
import { type Release, sandboxImage } from "./versions";

/** What {@link prepare} is given. */
export interface PrepareArgs {
  /** The version of Kubernetes. */
  kubernetesVersion: string;
  /** Its tested companions. */
  release: Release;
  /** How machines get their software. */
  install: InstallOptions;
  /**
   * Where the images of Kubernetes come from.
   * @default "registry.k8s.io"
   */
  imageRepository?: string;
  /**
   * The name of the API's endpoint, where the machines have to find its address.
   * @default none
   */
  endpointName?: string;
}

/** What a step reads on a machine: text by path. */
type Files = pulumi.Input<{ [path: string]: string }>;

/** What a node's software is installed from, for a control plane and for a worker. */
export function nodeSoftware({ release, install, imageRepository }: PrepareArgs): {
  controlPlane: Files;
  worker: Files;
} {
  const { registries, ...plain } = install;
  const files = (controlPlane: boolean): Files => {
    const render = (all?: Registry[]) =>
      softwareFiles({
        install: { ...plain, registries: all },
        imageRepository,
        sandboxImage: sandboxImage(release, imageRepository),
        controlPlane,
      });
    return registries === undefined ? render() : pulumi.secret(registries).apply((all) => render(all));
  };
  return { controlPlane: files(true), worker: files(false) };
}

/** Makes machines ready to become nodes, all at the same time: operating system, then software. */
export function prepareNodes(
  name: string,
  machines: MachineArgs[],
  files: Files,
  { kubernetesVersion, install, endpointName }: PrepareArgs,
  parent: pulumi.ComponentResourceOptions,
): Software[] {
  return machines.map((machine) => {
    const host = new Host(
      `${name}-${machine.name}`,
      {
        machine,
        way: install.mode,
        looksUp: endpointName,
        ...hostOptions(install),
        selinuxPermissive: install.mode === InstallMode.Packages ? (install.selinuxPermissive ?? false) : undefined,
      },
      parent,
    );
    return new Software(
      `${name}-${machine.name}`,
      { machine, kubernetesVersion, install, files },
      { ...parent, dependsOn: host },
    );
  });
}

/** Makes machines ready for etcd and nothing else. */
export function prepareEtcd(
  name: string,
  machines: MachineArgs[],
  install: InstallOptions,
  parent: pulumi.ComponentResourceOptions,
): EtcdSoftware[] {
  const [way] = etcdWay(install);
  return machines.map((machine) => {
    const host = new Host(
      `${name}-${machine.name}`,
      { machine, role: HostRole.Etcd, way, ...hostOptions(install) },
      parent,
    );
    return new EtcdSoftware(`${name}-${machine.name}`, { machine, install }, { ...parent, dependsOn: host });
  });
}

function hostOptions({ proxy, timeSync, swapInContainers }: InstallOptions) {
  return { proxy, timeSync, swapInContainers };
}
