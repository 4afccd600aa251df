import * as pulumi from "@pulumi/pulumi";
import { endpointAt } from "../load-balancer/load-balancer";
import { apiPort } from "../values/ports";
import { socketAddress } from "../values/socket-address";
import type { KubeadmClusterArgs } from "./cluster";

/** Where the API of a cluster is. */
export interface Endpoint {
  /** Where clients reach it, as `host:port`; never changes in a cluster's life. */
  endpoint: pulumi.Output<string>;
  /** Where the load balancers are that the endpoint is a name for, as `host:port`; this may change. */
  balancer?: pulumi.Output<string>;
}

/** Where the API of a cluster is, whoever runs what is in front of it. */
export function endpointOf({
  controlPlaneEndpoint,
  endpointName,
  loadBalancers = [],
  loadBalancer,
}: KubeadmClusterArgs): Endpoint {
  if (controlPlaneEndpoint !== undefined) return { endpoint: pulumi.output(controlPlaneEndpoint) };
  const balancer = endpointAt(loadBalancers[0], loadBalancer?.virtualAddress);
  if (endpointName === undefined) return { endpoint: balancer };
  return { endpoint: pulumi.output(socketAddress(endpointName, apiPort)), balancer };
}
