import ipaddr from "ipaddr.js";

/** A range of addresses. */
export type Cidr = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** A family of addresses. */
export type Family = "IPv4" | "IPv6";

/**
 * The range of `10.244.0.0/16`, or undefined where the text is none or has bits set beyond its prefix. One of IPv4
 * addresses that are written as IPv6 is none: Kubernetes would take it for IPv4.
 */
export function parseCidr(text: string): Cidr | undefined {
  if (!ipaddr.isValidCIDR(text)) return undefined;
  const cidr = ipaddr.parseCIDR(text);
  if (cidr[0] instanceof ipaddr.IPv6 && (cidr[0].isIPv4MappedAddress() || cidr[0].zoneId)) return undefined;
  const network =
    cidr[0].kind() === "ipv4" ? ipaddr.IPv4.networkAddressFromCIDR(text) : ipaddr.IPv6.networkAddressFromCIDR(text);
  return network.toString() === cidr[0].toString() ? cidr : undefined;
}

/** The family of a range. */
export function rangeFamily([network]: Cidr): Family {
  return network.kind() === "ipv4" ? "IPv4" : "IPv6";
}

/** The family of an address; undefined for a name. */
export function familyOf(host: string): Family | undefined {
  return isIpv4(host) ? "IPv4" : isIp(host) ? "IPv6" : undefined;
}

/** Whether two ranges have an address in common. */
export function overlap(a: Cidr, b: Cidr): boolean {
  if (a[0].kind() !== b[0].kind()) return false;
  return a[0].match(b[0], Math.min(a[1], b[1]));
}

/** Whether a range holds an address; false for a name. */
export function contains(cidr: Cidr, address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  return parsed.kind() === cidr[0].kind() && parsed.match(cidr);
}

/** Whether a text is an IP address or a DNS name. */
export function isHost(text: string): boolean {
  return isIp(text) || (isDnsName(text) && !/^[\d.]+$/.test(text));
}

/** Whether a text is an IP address. */
export function isIp(text: string): boolean {
  // One with a zone is an address on this machine alone.
  return isIpv4(text) || (ipaddr.IPv6.isValid(text) && !text.includes("%"));
}

/** Whether others reach a machine by this: not loopback, not a whole network, not an address of one link alone. */
export function isReachable(host: string): boolean {
  if (!isIp(host)) return !/(^|\.)localhost\.?$/i.test(host);
  const range = ipaddr.process(host).range();
  return !["unspecified", "loopback", "multicast", "linkLocal", "broadcast"].includes(range);
}

/** What is wrong with the form of an address that others are to know a machine by; nothing of a name. */
export function addressProblem(host: string): string | undefined {
  if (!isIp(host)) return undefined;
  const plain = plainHost(host);
  if (plain === host) return undefined;
  return familyOf(plain) === familyOf(host)
    ? `is not as Kubernetes writes it, and is compared as it is written; write ${plain}`
    : `is an IPv4 address written as IPv6; write ${plain}`;
}

/** Whether two texts are the same host, in whatever way each is written. */
export function isSameHost(a: string, b: string): boolean {
  return plainHost(a) === plainHost(b);
}

/**
 * How Kubernetes writes an address; of a name, the name. Addresses are compared as texts by much that reads them, so
 * they are to be written in this one way.
 */
export function plainHost(text: string): string {
  return isIp(text) ? ipaddr.process(text).toString() : text.toLowerCase().replace(/\.$/, "");
}

/** Whether a text is an IPv4 address. */
function isIpv4(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text);
}

/** Whether a text is a DNS name: labels of 1 to 63 letters, digits and inner hyphens, 253 in all. */
export function isDnsName(text: string): boolean {
  return text.length <= 253 && text.split(".").every(isDnsLabel);
}

/** Whether a text is a single DNS label in lowercase, as Kubernetes asks of node names' parts. */
export function isDnsLabel(text: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}

/** Whether a text is an http(s) address, without what a shell or a configuration would read otherwise. */
export function isHttpAddress(text: string): boolean {
  return /^https?:\/\/[^\s'"\\]+$/.test(text);
}
