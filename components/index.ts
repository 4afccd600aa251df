/** The public surface: what other Pulumi programs import. */
export { KubeadmCluster, type KubeadmClusterArgs } from "./cluster/cluster";
export { ExternalEtcd, type ExternalEtcdArgs } from "./cluster/external-etcd";
export { KubeadmHosts, type KubeadmHostsArgs } from "./cluster/kubeadm-hosts";
export * from "./kubeadm/certificate-options";
export * from "./kubeadm/etcd-options";
export * from "./kubeadm/options";
export * from "./kubeadm/security-options";
export { LoadBalancers, type LoadBalancersArgs } from "./load-balancer/load-balancers";
export { LoadBalancerKind, type LoadBalancerOptions } from "./load-balancer/options";
export type { ApiServerArgs, MachineArgs, SshArgs, SshProxyArgs } from "./machine/machine";
export * from "./machine/worker-pool";
export { type StaticMachine, type StaticSsh, staticMachines } from "./machines/static";
export { Cni } from "./network/network";
export type { Authority } from "./pki/authority";
export { Pki, type PkiArgs } from "./pki/pki";
export * from "./software/options";
export type { ProxyOptions } from "./values/proxy";
