import type { DerivedName } from "../../machine/names";
import type { AwsMachinesArgs } from "./options";

/** The names of the resources of machines that are called NAME, as far as they are made of those of the machines. */
export function machineNames(name: string, args: AwsMachinesArgs): DerivedName[] {
  const { controlPlanes, etcd = [], workers = [], loadBalancers = [] } = args;
  const of = (kind: string, before: string, lists: { [list: string]: { name: string }[] }) =>
    Object.entries(lists).flatMap(([list, machines]) =>
      machines.map(({ name: given }, i) => ({
        kind,
        name: `${name}${before}-${given}`,
        path: `${list}[${i}].name`,
        given,
      })),
    );
  return [
    ...of("AwsInstance", "", { controlPlanes, etcd, workers, loadBalancers }),
    ...(args.networkLoadBalancer ? of("AwsBalancer", "-api", { controlPlanes }) : []),
  ];
}

/**
 * 32 letters, digits and inner hyphens at most, and lowercase, since it becomes part of a DNS name that kubeadm checks.
 */
export function balancerName(cluster: string): string {
  return `${cluster
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    // AWS keeps the beginning for itself.
    .replace(/^-*internal-/, "int-")
    .slice(0, 28)
    .replace(/^-+|-+$/g, "")}-api`;
}

/** The name of the security group of a role. What begins with `sg-` would pass for an id. */
export function securityGroupName(cluster: string, group: string): string {
  return `${cluster.replace(/^sg-/i, "cluster-sg-")}-${group}`;
}
