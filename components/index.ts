/** The public surface: what other Pulumi programs import. */
export { KubeadmCluster, type KubeadmClusterArgs } from "./cluster/cluster";
export * from "./control-plane/options";
export * from "./control-plane/security-options";
export * from "./etcd/options";
export * from "./host/install";
export { LoadBalancerKind, type LoadBalancerOptions } from "./load-balancer/options";
export type { MachineArgs, SshArgs, SshProxyArgs } from "./machines/machine";
export { type StaticMachine, type StaticSsh, staticMachines } from "./machines/static";
export { Cni } from "./network/network";
export * from "./pki/options";
export * from "./workers/options";
