import * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "./machine";

/** A machine as the cluster's Node of it has it. */
export interface Node {
  /** Its name: node name and etcd member name. */
  name: string;
  /** The address at which the cluster reaches it. */
  address: string;
  /** Labels of the Node. */
  labels?: Record<string, string>;
  /** The zone it is in. */
  zone?: string;
  /** The region it is in. */
  region?: string;
  /** What a cloud controller manager knows it by. */
  providerId?: string;
}

/** What the cluster's Node is told of a machine. */
export function nodeOf({ name, labels, zone, region, providerId, ...machine }: MachineArgs): pulumi.Output<Node> {
  const address = machine.privateAddress ?? machine.address;
  return pulumi.output({ name, address, labels, zone, region, providerId });
}

/**
 * A machine as its roll-out knows it. What a kubelet registers its Node with is said once; from then on labels, zone,
 * region and provider ID are the roster's, and nothing is started again for them.
 */
export function registered({ labels: _l, zone: _z, region: _r, providerId: _p, ...machine }: MachineArgs): MachineArgs {
  return machine;
}
