/** 32 letters, digits and inner hyphens at most, and lowercase, since it becomes part of a DNS name that kubeadm checks. */
export function physicalName(cluster: string): string {
  return `${cluster
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .slice(0, 28)
    .replace(/^-+|-+$/g, "")}-api`;
}
