import * as pulumi from "@pulumi/pulumi";
import { placeProblems, reachProblems } from "../machine/checks";
import { known } from "../machine/known";
import type { ApiServerArgs, MachineArgs } from "../machine/machine";
import { agentProblems } from "../remote/agent";
import { inside } from "../remote/step";
import { noCertificate, readCertificates } from "../values/certificates";
import { type Problem, problemText } from "../values/problems";
import { type ProxyOptions, proxyProblems } from "../values/proxy";
import { balancerProblems, sharingProblems } from "./checks";
import { balance, endpointAt } from "./load-balancer";
import { LoadBalancerKind, type LoadBalancerOptions } from "./options";

/** The arguments of {@link LoadBalancers}. */
export interface LoadBalancersArgs extends LoadBalancerOptions {
  /** The machines that they run on: one, or two that share `virtualAddress`. */
  machines: MachineArgs[];
  /** The control planes behind them, whoever made these. A list that changes is a reload. */
  controlPlanes: ApiServerArgs[];
  /**
   * The cluster CA's certificate in PEM, `/etc/kubernetes/pki/ca.crt` on any control plane, with its issuers up to the
   * root behind it where it is an intermediate. Checks verify the API servers with it.
   */
  caCertificate: pulumi.Input<string>;
  /**
   * The proxies by which the machines reach their distribution's packages.
   * @default none
   */
  proxy?: ProxyOptions;
  /**
   * Whether to wait until a machine's clock is synchronised, and to refuse one that nothing synchronises.
   * @default true
   */
  timeSync?: boolean;
}

/**
 * A load balancer in front of the API servers of any cluster, or two that share an address. They need no API server to
 * come up, so that `kubeadm init` can reach its own through them.
 */
export class LoadBalancers extends pulumi.ComponentResource {
  /** Where clients reach the API, as `host:port`. Whoever uses it thereby waits for the load balancers. */
  readonly endpoint: pulumi.Output<string>;

  constructor(name: string, args: LoadBalancersArgs, opts?: pulumi.ComponentResourceOptions) {
    const problems = argumentProblems(args);
    if (problems.length > 0) throw new pulumi.RunError(problemText(problems, `LoadBalancers "${name}"`));
    const { machines, controlPlanes, kind, virtualAddress } = args;
    const names = (list: { name: string }[]) => list.map((each) => each.name);
    super(
      "kubeadm-ha:index:LoadBalancers",
      name,
      { machines: names(machines), controlPlanes: names(controlPlanes), kind, virtualAddress },
      opts,
    );
    const balancers = balance(name, args, inside(this, opts));
    this.endpoint = pulumi
      .all([endpointAt(machines[0], virtualAddress), ...balancers.map((balancer) => balancer.configured)])
      .apply(([endpoint]) => endpoint);
    this.registerOutputs({ endpoint: this.endpoint });
  }
}

function argumentProblems(args: LoadBalancersArgs): Problem[] {
  const { machines, controlPlanes, caCertificate, proxy, ...options } = known(args);
  const balancers = machines.map((machine, i) => ({ ...machine, path: `machines[${i}]` }));
  const all = [...balancers, ...controlPlanes.map((machine, i) => ({ ...machine, path: `controlPlanes[${i}]` }))];
  const plan = { options, machines: balancers, all };
  const problems = [
    ...placeProblems(all),
    ...reachProblems(all),
    ...sharingProblems(plan, ""),
    ...balancerProblems(plan, ""),
    ...proxyProblems(proxy, "proxy"),
    ...agentProblems(),
  ];
  const check = (ok: boolean, path: string, message: string) => {
    if (!ok) problems.push({ path, message });
  };
  const count = `${machines.length} load balancers`;
  check([1, 2].includes(machines.length), "machines", `${count}; allowed: 1, or 2 with virtualAddress`);
  const { kind = LoadBalancerKind.HaProxy } = options;
  const kinds: string[] = Object.values(LoadBalancerKind);
  check(kinds.includes(kind), "kind", `"${kind}" is not allowed; allowed: ${kinds.join(", ")}`);
  check(controlPlanes.length > 0, "controlPlanes", "0 control planes; needed: 1 at least");
  if (caCertificate !== undefined)
    check(readCertificates(caCertificate) !== undefined, "caCertificate", noCertificate(caCertificate));
  return problems;
}
