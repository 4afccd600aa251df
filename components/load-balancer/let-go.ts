import type * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "../machine/machine";
import { onRemoval } from "../remote/on-removal";

/** Has a machine end its load balancer when it is let go of, and put back what was there before. */
export function letGo(name: string, machine: MachineArgs, opts: pulumi.CustomResourceOptions): void {
  onRemoval(
    name,
    {
      machine,
      script: "load-balancer/leave.sh",
      args: [machine.name],
      deadline: 120,
      fix: "'systemctl disable --now keepalived haproxy nginx' there, or it goes on claiming a virtual address",
    },
    opts,
  );
}
