import * as pulumi from "@pulumi/pulumi";
import { endpointAt } from "../load-balancer/load-balancer";
import { clusterAddress } from "../machine/machine";
import { apiPort } from "../values/ports";
import { socketAddress } from "../values/socket-address";
import type { KubeadmClusterArgs } from "./cluster";

/** Where the API of a cluster is. */
export interface Endpoint {
  /** Where clients reach it, as `host:port`; never changes in a cluster's life. */
  endpoint: pulumi.Output<string>;
  /** Hosts of load balancers at which they reach it besides; these may change. */
  alsoAt: pulumi.Input<string>[];
}

/** Where the API of a cluster is, whoever runs what is in front of it. */
export function endpointOf({
  controlPlaneEndpoint,
  endpointName,
  loadBalancers = [],
  loadBalancer,
}: KubeadmClusterArgs): Endpoint {
  if (controlPlaneEndpoint !== undefined) return { endpoint: pulumi.output(controlPlaneEndpoint), alsoAt: [] };
  const [first] = loadBalancers;
  const { virtualAddress } = loadBalancer ?? {};
  const second = loadBalancers.flatMap(({ secondAddress }) => (secondAddress === undefined ? [] : [secondAddress]));
  if (endpointName === undefined) return { endpoint: endpointAt(first, virtualAddress), alsoAt: second };
  const endpoint = pulumi.output(socketAddress(endpointName, apiPort));
  return { endpoint, alsoAt: [virtualAddress ?? clusterAddress(first), ...second] };
}
