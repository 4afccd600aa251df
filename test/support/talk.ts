import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Entry } from "./aws";

/** A row of the table of who may talk to whom: from, to, ports. */
export type Row = string;

const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

/** Who may begin to talk to whom, by the rules that a program registered. */
export function talk(entries: Entry[]): Row[] {
  const rows = entries
    .filter(({ type }) => type === INGRESS)
    .map(({ inputs }) => {
      const { securityGroupId, referencedSecurityGroupId, cidrIpv4, ipProtocol, fromPort, toPort, tags } = inputs;
      const source =
        referencedSecurityGroupId === undefined ? named(String(cidrIpv4)) : group(String(referencedSecurityGroupId));
      const ports = fromPort === toPort ? fromPort : `${fromPort}-${toPort}`;
      return `${source} | ${group(String(securityGroupId))} | ${String(ipProtocol).toUpperCase()} ${ports} | ${(tags as { Name: string }).Name}`;
    });
  return [...new Set(rows)].sort();
}

const group = (reference: string) => /-security-([a-z-]+)\|id\}\}$/.exec(reference)?.[1] ?? reference;
/** The example stacks ask for one range of addresses only; what else is a range is a NAT gateway's. */
const named = (cidr: string) =>
  cidr.startsWith("203.0.113.") ? "your addresses" : cidr.includes("-nat-") ? "NAT gateways" : cidr;

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
