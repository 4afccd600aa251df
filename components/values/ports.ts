/** One API server behind the load balancer. */
export interface Backend {
  /** The machine's name. */
  name: string;
  /** The address at which the load balancer reaches it. */
  address: string;
}

/** The port of the API, in front of the load balancer and behind it. */
export const apiPort = 6443;

/** The port of the statistics, on loopback only. */
export const statsPort = 8404;

/** A way to the API that is not logged, on loopback only: for keepalived's check. */
export const checkPort = 8405;
