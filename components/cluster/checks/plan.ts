import type { Known } from "../../machine/known";
import type { MachineArgs, SshArgs } from "../../machine/machine";
import type { MachineLists } from "../../machine/machine-lists";
import { apiPort } from "../../values/ports";
import type { KubeadmClusterArgs } from "../cluster";

/** A machine as far as it is known. */
type KnownMachine = Pick<MachineArgs, "name"> &
  Partial<Known<Omit<MachineArgs, "ssh">>> & { ssh?: Partial<Known<SshArgs>> };

/** What can be judged before anything is touched. */
export interface ClusterPlan extends MachineLists<KnownMachine> {
  /** What the cluster is given apart from its machines. */
  options: Known<Omit<KubeadmClusterArgs, "controlPlanes" | "loadBalancers" | "etcdMachines" | "workerPools">>;
}

/** Stands for an endpoint that is there, but known only when its load balancer is. */
export const laterEndpoint = `later.invalid:${apiPort}`;

/** Names for the messages: where in the user's own input the parts of a plan come from. */
export interface Paths {
  /** The path before `controlPlanes`, `loadBalancers`, `etcd` and `workerPools`. */
  machines: string;
  /** The path before every option. */
  options: string;
}
