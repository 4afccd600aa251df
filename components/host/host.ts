import * as pulumi from "@pulumi/pulumi";
import { clusterAddress, type MachineArgs } from "../machine/machine";
import { inside, step } from "../remote/step";
import { formerly } from "../values/identity";
import { type ProxyOptions, proxyFiles } from "../values/proxy";

/** What a machine is prepared for: a node of the cluster, or etcd and nothing else. */
export const HostRole = { Node: "node", Etcd: "etcd" } as const;
export type HostRole = (typeof HostRole)[keyof typeof HostRole];

/** The arguments of {@link Host}. */
export interface HostArgs {
  /** The machine. */
  machine: MachineArgs;
  /**
   * What it is prepared for.
   * @default HostRole.Node
   */
  role?: HostRole;
  /**
   * How software comes to it: `bundle`, `packages`, `archive` or `preinstalled`. With packages and archive a time
   * service may be installed; preinstalled leaves swap to the machine's owner.
   */
  way: string;
  /**
   * The proxies by which it reaches its distribution's packages.
   * @default none
   */
  proxy?: ProxyOptions;
  /**
   * Whether to wait until its clock is synchronised, and to refuse a clock that nothing synchronises.
   * @default true
   */
  timeSync?: boolean;
  /**
   * Whether swap may be on where the machine is a container, which has its host's.
   * @default false
   */
  swapInContainers?: boolean;
  /**
   * Whether SELinux may be set to permissive for good; false refuses a machine where it enforces.
   * @default nobody looks
   */
  selinuxPermissive?: boolean;
  /**
   * A name that it has to find an address for: what the cluster is reached by.
   * @default none
   */
  looksUp?: string;
}

/**
 * The operating system of a machine, as its role needs it. Knows nothing of a cluster, nor of a version of Kubernetes.
 */
export class Host extends pulumi.ComponentResource {
  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    const { machine, role = HostRole.Node, way } = args;
    super(
      "kubeadm-ha:index:Host",
      name,
      { machine: machine.name, role },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:host:Host")),
    );
    step(
      `${name}-prepare`,
      { machine, script: "host/prepare.sh", args: [role, way], input: hostInput(args, role), deadline: 900 },
      inside(this, opts),
    );
    this.registerOutputs();
  }
}

/** A node that others reach by IPv6 forwards it; one alone that has it for SSH does not. */
function hostInput(args: HostArgs, role: HostRole): pulumi.Input<Record<string, string>> {
  const files = hostFiles(args);
  const { machine } = args;
  if (role !== HostRole.Node) return files;
  return pulumi
    .all([clusterAddress(machine), machine.secondAddress])
    .apply((addresses) => (addresses.some((address) => address?.includes(":")) ? { ...files, ipv6: "" } : files));
}

function hostFiles(args: HostArgs): Record<string, string> {
  const { proxy, timeSync = true, swapInContainers, selinuxPermissive, looksUp } = args;
  return {
    ...proxyFiles(proxy),
    ...(timeSync ? {} : { "no-time-sync": "" }),
    ...(swapInContainers ? { "swap-in-containers": "" } : {}),
    ...(selinuxPermissive === undefined ? {} : { selinux: selinuxPermissive ? "permit" : "refuse" }),
    ...(looksUp === undefined ? {} : { "looks-up": `${looksUp}\n` }),
  };
}
