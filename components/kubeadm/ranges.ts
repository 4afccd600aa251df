import { type Cidr, type Family, parseCidr, rangeFamily } from "../values/addresses";
import type { ControlPlaneOptions } from "./options";

/** The ranges of addresses that a cluster has of its own, as configured or by default. */
export function clusterRanges({
  podCidr = "10.244.0.0/16",
  serviceCidr = "10.96.0.0/12",
}: Pick<ControlPlaneOptions, "podCidr" | "serviceCidr">) {
  return { podCidr, serviceCidr };
}

/** The ranges of a text that has one or two of them, each as it is written; those that are none are left out. */
export function rangesOf(text: string): { text: string; cidr: Cidr }[] {
  return text.split(",").flatMap((each) => {
    const cidr = parseCidr(each);
    return cidr === undefined ? [] : [{ text: each, cidr }];
  });
}

/** The families of a text that has one or two ranges, the primary one first. */
export function familiesOf(text: string): Family[] {
  return rangesOf(text).map(({ cidr }) => rangeFamily(cidr));
}

/** Ranges that a cluster of these families could have. */
export function exampleRanges(families: Family[]): { podCidr: string; serviceCidr: string } {
  const of = (ranges: Record<Family, string>) => families.map((family) => ranges[family]).join(",");
  return {
    podCidr: of({ IPv4: "10.244.0.0/16", IPv6: "fd00:10:244::/56" }),
    serviceCidr: of({ IPv4: "10.96.0.0/12", IPv6: "fd00:10:96::/112" }),
  };
}
