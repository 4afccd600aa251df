/** What passes connections on to the API servers. */
export const LoadBalancerKind = { HaProxy: "haproxy", Nginx: "nginx" } as const;
export type LoadBalancerKind = (typeof LoadBalancerKind)[keyof typeof LoadBalancerKind];

/** What can be tuned about the load balancers of a cluster. */
export interface LoadBalancerOptions {
  /**
   * HAProxy asks every API server for `/readyz` and takes out one that is not ready. NGINX has passive checks only: it
   * goes on to the next API server where one cannot be connected to, and does not see one that accepts and then fails.
   * @default LoadBalancerKind.HaProxy
   */
  kind?: LoadBalancerKind;
  /**
   * The address that two load balancers share by VRRP; clients and nodes reach the API at it. A free one in the network
   * of both machines, of the family of their own. Needed with two, and only then.
   * @default none
   */
  virtualAddress?: string;
  /**
   * The VRRP router id, 1 to 255; another one than that of any router or pair beside
   * (https://www.rfc-editor.org/rfc/rfc3768#section-5.3.3).
   * @default 51
   */
  virtualRouterId?: number;
  /**
   * The network interface of both machines that gets the virtual address.
   * @default the one with the machine's own address, whose network has to hold the virtual address
   */
  interface?: string;
}
