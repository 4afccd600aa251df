import type { MachineArgs } from "./machine";

/** What a taint does to pods that do not tolerate it. */
export const TaintEffect = {
  NoSchedule: "NoSchedule",
  PreferNoSchedule: "PreferNoSchedule",
  NoExecute: "NoExecute",
} as const;
export type TaintEffect = (typeof TaintEffect)[keyof typeof TaintEffect];

/** A taint: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
export interface Taint {
  /** Its key. */
  key: string;
  /**
   * Its value.
   * @default ""
   */
  value?: string;
  /** What it does. */
  effect: TaintEffect;
}

/** Workers that are alike. */
export interface WorkerPool {
  /** The pool's name: the value of the label `kubeadm-ha/pool`. */
  name: string;
  /**
   * Labels of its Nodes. They are set from a control plane, so any may be, e.g. `node-role.kubernetes.io/worker`.
   * @default none
   */
  labels?: { [key: string]: string };
  /**
   * Taints of its Nodes.
   * @default none
   */
  taints?: Taint[];
  /** Its machines. */
  machines: MachineArgs[];
}
