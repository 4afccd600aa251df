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
