import * as pulumi from "@pulumi/pulumi";
import { clusterAddress, type MachineArgs } from "../machines/machine";
import { inside, step } from "../remote/step";
import { downState, haproxyConfig } from "./haproxy";

/** The arguments of {@link LoadBalancer}. */
export interface LoadBalancerArgs {
  /** The machine that HAProxy runs on. */
  machine: MachineArgs;
  /** The control planes behind it. */
  controlPlanes: MachineArgs[];
  /** The cluster CA's certificate in PEM; health checks verify the API servers with it. */
  caCertificate: pulumi.Input<string>;
}

/** HAProxy in front of the API servers. It needs no API server to come up: back ends are down until they are ready. */
export class LoadBalancer extends pulumi.ComponentResource {
  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    const names = args.controlPlanes.map((machine) => machine.name);
    super("kubeadm-ha:load-balancer:LoadBalancer", name, { machine: args.machine.name, backends: names }, opts);
    const backends = pulumi.all(
      args.controlPlanes.map((machine) =>
        pulumi.output(clusterAddress(machine)).apply((address) => ({ name: machine.name, address })),
      ),
    );
    step(
      `${name}-configure`,
      {
        machine: args.machine,
        script: "load-balancer/load-balancer.sh",
        args: [names.join(",")],
        input: {
          "haproxy.cfg": backends.apply(haproxyConfig),
          "down-state": backends.apply(downState),
          "ca.crt": args.caCertificate,
        },
        deadline: 600,
      },
      inside(this, opts),
    );
    this.registerOutputs();
  }
}
