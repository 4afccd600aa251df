/** One API server behind the load balancer. */
export interface Backend {
  /** The machine's name. */
  name: string;
  /** The address at which the load balancer reaches it. */
  address: string;
}
