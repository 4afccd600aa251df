import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Entry } from "./aws";

/** A row of the table of who may talk to whom: from, to, ports. */
export type Row = string;

/** One end of a rule: a group, a range of addresses, or the public address of a NAT gateway or of the bastion. */
interface Way {
  from: string;
  to: string;
  protocol: string;
  first: number;
  last: number;
  why: string;
}

/** What the rules that a program registered come to. */
export interface Talk {
  /** Who may begin to talk to whom: what the one may send, and the other take. */
  rows: Row[];
  /** Rules for which there is no other end: nothing ever comes by them. */
  dead: string[];
}

const everywhere = "0.0.0.0/0";
const yours = "your addresses";
const nats = "NAT gateways";
const bastionAddress = "bastion address";

/** Who may begin to talk to whom, by the rules of both. */
export function talk(entries: Entry[]): Talk {
  const ways = (direction: string) =>
    entries.filter(({ type }) => type.endsWith(`:SecurityGroup${direction}Rule`)).map(wayOf);
  const [ingress, egress] = [ways("Ingress"), ways("Egress")];
  // What has public addresses is reached at those, which are of no group.
  const facing = entries.some(({ type, inputs }) => type.endsWith(":LoadBalancer") && inputs.internal === false);
  const atPublic = (group: string) => facing && group === "network-load-balancer";

  const pairs = ingress.map((way) => ({ way, ends: egress.filter((out) => fits(out, way, atPublic(way.to))) }));
  const used = new Set(pairs.flatMap(({ ends }) => ends));
  const open = ({ way, ends }: (typeof pairs)[number]) => way.from === yours || ends.length > 0;
  return {
    rows: [...new Set(pairs.filter(open).map(({ way }) => row(way)))].sort(),
    dead: [
      ...pairs.filter((pair) => !open(pair)).map(({ way }) => `in: ${row(way)}`),
      ...egress.filter((out) => out.to !== everywhere && !used.has(out)).map((out) => `out: ${row(out)}`),
    ],
  };
}

/** Whether what may go out by one rule may come in by the other; at a public address both have to name addresses. */
function fits(out: Way, way: Way, atPublic: boolean): boolean {
  // Machines are behind NAT gateways, and the bastion is behind its own address.
  const address = out.from === "bastion" ? bastionAddress : nats;
  const from = way.from === (atPublic ? address : out.from);
  const to = out.to === everywhere || (out.to === way.to && !atPublic);
  const ports =
    out.protocol === "-1" || (out.protocol === way.protocol && out.first <= way.first && out.last >= way.last);
  return from && to && ports;
}

function wayOf({ type, inputs }: Entry): Way {
  const { securityGroupId, referencedSecurityGroupId, cidrIpv4, ipProtocol, fromPort, toPort, tags } = inputs;
  const own = group(String(securityGroupId));
  const other =
    referencedSecurityGroupId === undefined ? named(String(cidrIpv4)) : group(String(referencedSecurityGroupId));
  const [from, to] = type.endsWith("IngressRule") ? [other, own] : [own, other];
  return {
    from,
    to,
    protocol: String(ipProtocol),
    first: Number(fromPort),
    last: Number(toPort),
    why: (tags as { Name: string }).Name,
  };
}

function row({ from, to, protocol, first, last, why }: Way): Row {
  const ports = first === last ? first : `${first}-${last}`;
  return `${from === bastionAddress ? "bastion" : from} | ${to} | ${protocol.toUpperCase()} ${ports} | ${why}`;
}

const group = (reference: string) => /-security-([a-z-]+)\|id\}\}$/.exec(reference)?.[1] ?? reference;
/**
 * The example stacks ask for one range of addresses only; what else is a range is a public address made here, or
 * everywhere.
 */
const named = (cidr: string) => {
  if (cidr.startsWith("203.0.113.")) return yours;
  if (cidr.includes("-nat-")) return nats;
  return cidr.includes("-bastion-address|") ? bastionAddress : cidr;
};

/** The rows of docs/aws.md that hold for a kind of cluster; the first column says for which. */
export function documented(...kinds: string[]): Row[] {
  const text = readFileSync(join(__dirname, "../../docs/aws.md"), "utf8");
  const [, table] = /<!-- talk -->\n\n\|.*\n\|[-| ]+\n([\s\S]*?)\n\n/.exec(text) ?? [];
  const rows = (table ?? "").split("\n").map((line) =>
    line
      .split("|")
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
  return rows
    .filter(([kind]) => kinds.includes(kind))
    .map(([, ...cells]) => cells.join(" | "))
    .sort();
}
