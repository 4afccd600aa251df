import type * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "./machine";

/** A machine as the cluster's Node of it has it. */
export interface Node {
  /** Its name: node name and etcd member name. */
  name: string;
  /** The address at which the cluster reaches it. */
  address: string;
  /** Its address of the other family. */
  secondAddress?: string;
  /** Labels of the Node. */
  labels?: Record<string, string>;
  /** The zone it is in. */
  zone?: string;
  /** The region it is in. */
  region?: string;
  /** What a cloud controller manager knows it by. */
  providerId?: string;
}

/**
 * What the cluster's Node is told of a machine. Not one Output for each: a whole list of plain ones then costs no more
 * than a single one.
 */
export function nodeOf(args: MachineArgs): Inputs<Node> {
  const { name, labels, zone, region, providerId, secondAddress, ...machine } = args;
  const address = machine.privateAddress ?? machine.address;
  return { name, address, secondAddress, labels, zone, region, providerId };
}

/** A value of which parts may be known later. */
type Inputs<T> = { [Key in keyof T]: pulumi.Input<T[Key]> };

/**
 * A machine as its roll-out knows it. What a kubelet registers its Node with is said once; from then on labels, zone,
 * region and provider ID are the roster's, and nothing is started again for them.
 */
export function registered({ labels: _l, zone: _z, region: _r, providerId: _p, ...machine }: MachineArgs): MachineArgs {
  return machine;
}
