import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type ApiServerArgs, clusterAddress, clusterAddresses, instanceOf, type MachineArgs } from "../machine/machine";
import { inside, step } from "../remote/step";
import { formerly } from "../values/identity";
import { apiPort } from "../values/ports";
import { type ProxyOptions, proxyFiles } from "../values/proxy";
import { socketAddress } from "../values/socket-address";
import type { Backend } from "./backend";
import { downState, haproxyConfig } from "./haproxy";
import { keepalivedConfig } from "./keepalived";
import { letGo } from "./let-go";
import { nginxConfig } from "./nginx";
import { LoadBalancerKind, type LoadBalancerOptions } from "./options";
import { VirtualAddress } from "./virtual-address";

/** The arguments of {@link LoadBalancer}. */
export interface LoadBalancerArgs extends LoadBalancerOptions {
  /** The machine that it runs on. */
  machine: MachineArgs;
  /** The control planes behind it. */
  controlPlanes: ApiServerArgs[];
  /** The cluster CA's certificate in PEM; checks verify the API servers with it. */
  caCertificate: pulumi.Input<string>;
  /**
   * The other machines that share the virtual address.
   * @default none
   */
  peers?: MachineArgs[];
  /**
   * The password by which these know each other; needed with a virtual address.
   * @default none
   */
  password?: pulumi.Input<string>;
  /**
   * The proxies by which the machine reaches its distribution's packages.
   * @default none
   */
  proxy?: ProxyOptions;
  /**
   * Whether to wait until the machine's clock is synchronised, as InstallOptions has it.
   * @default true
   */
  timeSync?: boolean;
}

/** A load balancer in front of the API servers. It needs no API server to come up. */
class LoadBalancer extends pulumi.ComponentResource {
  /** Known in a preview, and yet only there once the machine runs it as configured. */
  readonly configured: pulumi.Output<string>;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { machine, kind = LoadBalancerKind.HaProxy, virtualAddress } = args;
    const names = args.controlPlanes.map(({ name }) => name);
    super(
      "kubeadm-ha:index:LoadBalancer",
      name,
      { machine: machine.name, kind, backends: names, virtualAddress },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:load-balancer:LoadBalancer")),
    );
    const backends = clusterAddresses(args.controlPlanes);
    const shared = virtualAddress === undefined ? [] : [virtualAddress, ...(args.interface ? [args.interface] : [])];
    const configure = step(
      `${name}-configure`,
      {
        machine,
        script: "load-balancer/load-balancer.sh",
        args: [kind, names.join(","), ...shared],
        input: {
          ...configOf[kind](backends),
          owner: pulumi.interpolate`${machine.name}\n${instanceOf(machine)}\n`,
          "ca.crt": args.caCertificate,
          ...proxyFiles(args.proxy),
          ...(args.timeSync === false ? { "no-time-sync": "" } : {}),
          ...(virtualAddress === undefined ? {} : virtualRouter(virtualAddress, args)),
        },
        deadline: 600,
      },
      inside(this, opts),
    );
    this.configured = configure.urn;
    // One of two gives up their address, too (virtual-address.ts). A machine that goes itself leaves nothing behind.
    if (virtualAddress === undefined && !machine.disposable)
      letGo(`${name}-leave`, machine, { parent: this, dependsOn: configure });
    this.registerOutputs();
  }
}

/** What {@link balance} is given. */
export interface BalanceArgs extends LoadBalancerOptions {
  /** The machines with a load balancer. */
  machines: MachineArgs[];
  /** The control planes behind it. */
  controlPlanes: ApiServerArgs[];
  /** The cluster CA's certificate in PEM. */
  caCertificate: pulumi.Input<string>;
  /**
   * The proxies by which the machines reach their distribution's packages.
   * @default none
   */
  proxy?: ProxyOptions;
  /**
   * Whether to wait until the machine's clock is synchronised, as InstallOptions has it.
   * @default true
   */
  timeSync?: boolean;
}

/** All load balancers of a cluster, and what they have in common. */
export function balance(name: string, args: BalanceArgs, opts: pulumi.ComponentResourceOptions): LoadBalancer[] {
  const { machines, virtualAddress, ...rest } = args;
  const shared =
    virtualAddress === undefined
      ? undefined
      : new VirtualAddress(`${name}-virtual-address`, { address: virtualAddress, machines }, opts);
  return machines.map((machine) => {
    const peers = machines.filter((other) => other !== machine);
    const balancer = { ...rest, virtualAddress, machine, peers, password: shared?.password };
    const loadBalancer = new LoadBalancer(`${name}-${machine.name}`, balancer, opts);
    shared?.onRemoval(machine, loadBalancer);
    return loadBalancer;
  });
}

/** Where clients reach the API through load balancers, as `host:port`: MACHINE is the first, or the only one. */
export function endpointAt(machine: MachineArgs, virtualAddress?: string): pulumi.Output<string> {
  return pulumi.output(virtualAddress ?? clusterAddress(machine)).apply((address) => socketAddress(address, apiPort));
}

/** What keepalived asks on the machine; it is placed there, and not part of the step. */
const checkScript = readFileSync(join(__dirname, "check.sh"), "utf8");

type Files = Record<string, pulumi.Input<string>>;

const configOf: Record<LoadBalancerKind, (backends: pulumi.Output<Backend[]>) => Files> = {
  haproxy: (backends) => ({ "haproxy.cfg": backends.apply(haproxyConfig), "down-state": backends.apply(downState) }),
  nginx: (backends) => ({ "nginx.conf": backends.apply(nginxConfig) }),
};

function virtualRouter(virtualAddress: string, args: LoadBalancerArgs): Files {
  const { machine, peers = [], virtualRouterId = 51, password = "" } = args;
  const address = pulumi.output(clusterAddress(machine));
  return {
    address: address.apply((text) => `${text}\n`),
    "check.sh": checkScript,
    "keepalived.conf": pulumi
      .all([address, pulumi.all(peers.map(clusterAddress)), password])
      .apply(([address, peers, password]) =>
        keepalivedConfig({ address, peers, virtualAddress, virtualRouterId, password }),
      ),
  };
}
