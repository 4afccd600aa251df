import type { ControlPlaneOptions } from "./options";

/** The ranges of addresses that a cluster has of its own, as configured or by default. */
export function clusterRanges({
  podCidr = "10.244.0.0/16",
  serviceCidr = "10.96.0.0/12",
}: Pick<ControlPlaneOptions, "podCidr" | "serviceCidr">) {
  return { podCidr, serviceCidr };
}
