import type { ControlPlaneOptions } from "../../kubeadm/options";
import type { LoadBalancerOptions } from "../../load-balancer/options";
import type { Taint } from "../../machine/worker-pool";
import type { InstallOptions } from "../../software/options";

/** A machine as far as its values are known before anything is made. */
export interface KnownMachine {
  /** Its name. */
  name: string;
  /** Where SSH connects to, if that is known already. */
  address?: string;
  /** Where the cluster reaches it, if that is known already and another address. */
  privateAddress?: string;
  /** Labels of its Node. */
  labels?: Record<string, string>;
  /** The zone it is in, if that is known already. */
  zone?: string;
  /** The region it is in, if that is known already. */
  region?: string;
  /** What a cloud controller manager knows it by, if that is known already. */
  providerId?: string;
  /** Its DNS names beside its name, those that are known already. */
  dnsNames?: string[];
}

/** Worker machines that are alike. */
export interface KnownPool {
  /** The pool's name. */
  name: string;
  /** Labels of its Nodes. */
  labels?: Record<string, string>;
  /** Taints of its Nodes. */
  taints?: Taint[];
  /** Its machines. */
  machines: KnownMachine[];
}

/** An authority of the user's own, its key if that is known already. */
export interface KnownAuthority {
  /** Its certificate in PEM, with its issuers behind it. */
  certificate: string;
  /** Its key in PEM. */
  privateKey?: string;
}

/** What can be judged before anything is touched. */
export interface ClusterPlan {
  /** The control planes. */
  controlPlanes: KnownMachine[];
  /** The machines with a load balancer. */
  loadBalancers: KnownMachine[];
  /** The machines of an external etcd; none where etcd is stacked. */
  etcd: KnownMachine[];
  /** The worker pools. */
  workerPools: KnownPool[];
  /** What runs on the machines with a load balancer. */
  loadBalancer?: LoadBalancerOptions;
  /** The endpoint, where the user brings it. */
  controlPlaneEndpoint?: string;
  /** How machines get their software. */
  install?: InstallOptions;
  /** Authorities of the user's own, by name. */
  authorities?: { [name: string]: KnownAuthority };
  /** What can be tuned. */
  options: ControlPlaneOptions;
}

/** Stands for an endpoint that is there, but known only when its load balancer is. */
export const laterEndpoint = "later.invalid:6443";

/** Names for the messages: where in the user's own input the parts of a plan come from. */
export interface Paths {
  /** The path before `controlPlanes`, `loadBalancers`, `etcd` and `workerPools`. */
  machines: string;
  /** The path before every option. */
  options: string;
}

/** A machine with the path that messages name it by. */
export interface PlacedMachine extends KnownMachine {
  /** Its path. */
  path: string;
}

/** Every machine of a plan, in the order of the lists. */
export function placedMachines(plan: ClusterPlan, paths: Paths): PlacedMachine[] {
  const placed = (machines: KnownMachine[], list: string) =>
    machines.map((machine, i) => ({ ...machine, path: `${paths.machines}${list}[${i}]` }));
  return [
    ...placed(plan.controlPlanes, "controlPlanes"),
    ...placed(plan.loadBalancers, "loadBalancers"),
    ...placed(plan.etcd, "etcd"),
    ...plan.workerPools.flatMap((pool, i) => placed(pool.machines, `workerPools[${i}].machines`)),
  ];
}
