import ipaddr from "ipaddr.js";
import type { AwsMachine, AwsMachinesArgs, AwsRole } from "./options";
import { awsDefaults } from "./options";

/** A machine with its role, zone and instance type settled. */
export interface Placed extends AwsMachine {
  /** What it is there for. */
  role: AwsRole;
  /** Its zone. */
  zone: string;
  /** Its instance type. */
  instanceType: string;
  /** Whether etcd runs on it. */
  etcd: boolean;
}

/** How many zones machines that name none are spread over: the fewest that hold a quorum when one is lost. */
const spread = 3;

/**
 * The zone of a machine: the one that it names, else one of the first three by the number at the end of its name. It
 * follows from the machine alone, so that neither another machine nor another zone moves it; undefined where there is
 * no number.
 */
export function zoneOf(machine: AwsMachine, zones: string[]): string | undefined {
  if (machine.zone !== undefined) return machine.zone;
  const number = /^[^.]*?(\d+)(\.|$)/.exec(machine.name)?.[1];
  const first = zones.slice(0, spread);
  return number === undefined ? undefined : first[(Number(number) + first.length - 1) % first.length];
}

/** Every machine, placed. */
export function place(args: AwsMachinesArgs): Placed[] {
  const types = { ...awsDefaults.instanceTypes, ...args.instanceTypes };
  const external = (args.etcd ?? []).length > 0;
  const of = (machines: AwsMachine[] | undefined, role: AwsRole, instanceType: string, etcd: boolean) =>
    (machines ?? []).map((machine) => ({
      ...machine,
      role,
      zone: zoneOf(machine, args.zones) ?? args.zones[0],
      instanceType: machine.instanceType ?? instanceType,
      etcd,
    }));
  return [
    ...of(args.controlPlanes, "control-plane", types.controlPlane, !external),
    ...of(args.etcd, "etcd", types.etcd, true),
    ...of(args.workers, "worker", types.worker, false),
    ...of(args.loadBalancers, "load-balancer", types.loadBalancer, false),
  ];
}

/** The zones that a VPC has room for, with a private and a public subnet each. */
export const mostZones = 8;

/**
 * The subnets of a zone, a sixteenth of the VPC each: the private ones in its lower half, the public ones in its upper.
 */
export function subnetCidrs(vpc: string, zone: number): { private: string; public: string } {
  const [network, prefix] = ipaddr.IPv4.parseCIDR(vpc);
  const block = (i: number) => {
    const start = network.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0) + i * 2 ** (32 - prefix - 4);
    return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".")}/${prefix + 4}`;
  };
  return { private: block(zone), public: block(mostZones + zone) };
}
