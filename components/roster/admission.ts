import * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "../machine/machine";
import { onAny } from "../remote/on-any";
import { inside } from "../remote/step";
import { fingerprint } from "../values/fingerprint";
import { admissionLine } from "./node";

/** The arguments of {@link Admission}. */
export interface AdmissionArgs {
  /** The control planes; whichever is alive takes the list. */
  controlPlanes: MachineArgs[];
  /** Every machine that is to be a Node. */
  nodes: MachineArgs[];
}

/**
 * For which names and addresses kubelets get serving certificates: those of the machines in the lists, kept in the
 * cluster itself. So a machine more changes nothing on the control planes that approve.
 */
export class Admission extends pulumi.ComponentResource {
  constructor(name: string, args: AdmissionArgs, opts?: pulumi.ComponentResourceOptions) {
    const { controlPlanes, nodes } = args;
    super("kubeadm-ha:index:Admission", name, { nodes: nodes.map((machine) => machine.name) }, opts);
    const lines = nodeLines(nodes);
    onAny(
      `${name}-admit`,
      {
        machines: controlPlanes,
        script: "roster/admit.sh",
        args: [nodes.map((machine) => machine.name).join(",")],
        input: { nodes: lines },
        deadline: 200,
        replaceOn: [lines.apply((text) => fingerprint(text))],
      },
      inside(this, opts),
    );
    this.registerOutputs();
  }
}

/** What the machines may ask certificates for, one line each. */
function nodeLines(machines: MachineArgs[]): pulumi.Output<string> {
  return pulumi
    .all(
      machines.map(({ name, address, privateAddress = address, secondAddress, dnsNames = [] }) => ({
        name,
        addresses: [address, privateAddress, ...(secondAddress === undefined ? [] : [secondAddress])],
        dnsNames,
      })),
    )
    .apply((list) => list.map(({ name, addresses, dnsNames }) => admissionLine(name, addresses, dnsNames)).join(""));
}
