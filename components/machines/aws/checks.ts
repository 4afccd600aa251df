import { isDnsName } from "../../values/addresses";
import type { Problem } from "../../values/problems";
import { architectureOf, imageSize, isInstanceType, isLargeEnough, isNitro } from "./images";
import { networkProblems } from "./network-checks";
import { type AwsMachinesArgs, awsDefaults } from "./options";
import { mostZones, type Placed, place, zoneOf } from "./placement";

/** A check that leaves a problem where something is not so. */
export type Expect = (ok: boolean, path: string, message: string) => void;

/**
 * What EC2 would refuse, or what would make a cluster that does not hold what it promises. Pure; `paths` comes before
 * every key.
 */
export function awsProblems(args: AwsMachinesArgs, paths: string): Problem[] {
  const problems: Problem[] = [];
  const expect: Expect = (ok, path, message) => {
    if (!ok) problems.push({ path: `${paths}${path}`, message });
  };
  zoneProblems(args, expect);
  typeProblems(args, expect);
  volumeProblems(args, expect);
  networkProblems(args, expect);
  balancerProblems(args, expect);
  tagProblems(args, expect);
  return problems;
}

/** The lists of machines, with the keys they are configured by. */
function lists(args: AwsMachinesArgs) {
  const { controlPlanes, etcd = [], workers = [], loadBalancers = [] } = args;
  return { controlPlanes, etcd, workers, loadBalancers };
}

function zoneProblems(args: AwsMachinesArgs, expect: Expect): void {
  const { zones } = args;
  const region = zones[0]?.slice(0, -1);
  expect(
    new Set(zones).size === zones.length && zones.length >= 3 && zones.length <= mostZones,
    "zones",
    `${zones.join(", ") || "none"}; expected: 3 to ${mostZones} different zones, so that the loss of one leaves a ` +
      "quorum",
  );
  zones.forEach((zone, i) => {
    expect(
      /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/.test(zone),
      `zones[${i}]`,
      `"${zone}" is not an availability zone; example: eu-central-1a`,
    );
    expect(
      !/^(cn|[a-z]{2}-(gov|iso[a-z]?))-/.test(zone),
      `zones[${i}]`,
      `"${zone}" is of a partition with accounts, images and policies of its own; expected: a commercial region ` +
        "(machines.source static takes machines of any)",
    );
    expect(
      zone.slice(0, -1) === region,
      `zones[${i}]`,
      `"${zone}" is not of the region of "${zones[0]}"; a VPC lies in one region`,
    );
  });
  const inZones = (path: string, machine: { name: string; zone?: string }) => {
    const zone = zoneOf(machine, zones);
    const known = zone === undefined || zones.includes(zone);
    expect(known, `${path}.zone`, `"${zone}" is not one of zones; allowed: ${zones.join(", ")}`);
    expect(
      zone !== undefined,
      `${path}.zone`,
      `missing; "${machine.name}" does not end in a number, from which it would follow`,
    );
  };
  for (const [list, machines] of Object.entries(lists(args)))
    machines.forEach((machine, i) => {
      inZones(`${list}[${i}]`, machine);
    });
  const { bastion } = args;
  expect(
    bastion?.zone === undefined || zones.includes(bastion.zone),
    "bastion.zone",
    `"${bastion?.zone}" is not one of zones; allowed: ${zones.join(", ")}`,
  );
  spreadProblems(args, expect);
}

/** No zone may hold so many of etcd's voters that its loss is the loss of the quorum. */
function spreadProblems(args: AwsMachinesArgs, expect: Expect): void {
  if (new Set(args.zones).size < 3) return;
  const voters = place(args).filter(({ etcd }) => etcd);
  const most = Math.floor((voters.length - 1) / 2);
  const list = args.etcd?.length ? "etcd" : "controlPlanes";
  for (const zone of new Set(voters.map((voter) => voter.zone))) {
    const there = voters.filter((voter) => voter.zone === zone).map(({ name }) => name);
    expect(
      there.length <= most || voters.length < 3,
      list,
      `${there.join(", ")} are all in ${zone}; allowed in one zone: ${most} of ${voters.length} etcd members, or ` +
        "its loss takes the quorum",
    );
  }
}

function typeProblems(args: AwsMachinesArgs, expect: Expect): void {
  const types = Object.entries({ ...awsDefaults.instanceTypes, ...args.instanceTypes });
  for (const [role, type] of types) checkType(`instanceTypes.${role}`, type, role, expect);
  for (const [list, machines] of Object.entries(lists(args)))
    machines.forEach(({ instanceType }, i) => {
      const role = list === "controlPlanes" ? "controlPlane" : list;
      if (instanceType !== undefined) checkType(`${list}[${i}].instanceType`, instanceType, role, expect);
    });
  for (const [list, role] of [
    ["controlPlanes", "control-plane"],
    ["etcd", "etcd"],
  ]) {
    const processors = processorsOf(place(args).filter((machine) => machine.role === role));
    expect(
      processors.length < 2,
      list,
      `instance types with ${processors.join(" and ")} processors; expected: one kind, since they install from ` +
        "one bundle or archive",
    );
  }
}

/** The kinds of processors among machines. */
export function processorsOf(machines: Placed[]): string[] {
  return [...new Set(machines.map(({ instanceType }) => architectureOf(instanceType)))];
}

function checkType(path: string, type: string, role: string, expect: Expect): void {
  if (!isInstanceType(type)) {
    expect(false, path, `"${type}" is not an instance type; examples: m6i.large, m7g.large`);
    return;
  }
  expect(
    !["controlPlane", "etcd"].includes(role) || isNitro(type),
    path,
    `"${type}" is older than the Nitro System, whose NVMe disks name their volume; expected: a newer generation, ` +
      "such as m6i or m7g",
  );
  expect(
    role !== "controlPlane" || isLargeEnough(type),
    path,
    `"${type}" has less than the 2 processors and 1700 MB that kubeadm asks for`,
  );
}

/** https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html#gp3-ebs-volume-type */
function volumeProblems(args: AwsMachinesArgs, expect: Expect): void {
  const root = args.rootVolumeSize ?? awsDefaults.rootVolumeSize;
  expect(
    Number.isInteger(root) && root >= 20 && root <= 16384,
    "rootVolumeSize",
    `${root} GiB; allowed: 20 to 16384 (the image alone has ${imageSize})`,
  );
  const { size, iops, throughput } = { ...awsDefaults.etcdVolume, ...args.etcdVolume };
  expect(
    Number.isInteger(size) && size >= 8 && size <= 16384,
    "etcdVolume.size",
    `${size} GiB; allowed: 8 (the largest database that etcd is made for) to 16384`,
  );
  expect(
    Number.isInteger(iops) && iops >= 3000 && iops <= Math.min(80000, Math.max(3000, size * 500)),
    "etcdVolume.iops",
    `${iops}; allowed: 3000 to 80000, and no more than 500 for each GiB beyond that`,
  );
  expect(
    Number.isInteger(throughput) && throughput >= 125 && throughput <= Math.min(2000, iops / 4),
    "etcdVolume.throughput",
    `${throughput} MiB/s; allowed: 125 to 2000, and no more than a quarter of iops (${iops})`,
  );
}

function balancerProblems(args: AwsMachinesArgs, expect: Expect): void {
  const { networkLoadBalancer: balancer } = args;
  if (!balancer) return;
  expect(
    !args.loadBalancers?.length,
    "networkLoadBalancer",
    "there are loadBalancers, too; expected: one or the other",
  );
  const { dnsName, hostedZoneId } = balancer;
  expect(
    (dnsName === undefined) === (hostedZoneId === undefined),
    `networkLoadBalancer.${dnsName === undefined ? "dnsName" : "hostedZoneId"}`,
    `missing, next to ${dnsName === undefined ? "hostedZoneId" : "dnsName"}; expected: both, or neither`,
  );
  expect(
    dnsName === undefined || (isDnsName(dnsName) && dnsName.includes(".")),
    "networkLoadBalancer.dnsName",
    `"${dnsName}" is not a DNS name in lowercase; example: api.example.com`,
  );
  expect(
    hostedZoneId === undefined || /^Z[A-Z0-9]{1,31}$/.test(hostedZoneId),
    "networkLoadBalancer.hostedZoneId",
    `"${hostedZoneId}" is not the id of a hosted zone; example: Z0123456789ABCDEFGHIJ`,
  );
}

/**
 * https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html#id_tags_naming_best_practices
 */
function tagProblems({ tags = {} }: AwsMachinesArgs, expect: Expect): void {
  expect(Object.keys(tags).length <= 40, "tags", `${Object.keys(tags).length} tags; allowed: 40, apart from our own`);
  for (const [key, value] of Object.entries(tags)) {
    expect(
      /^[\p{L}\p{N} _.:/=+@-]{1,128}$/u.test(key) && !/^aws:/i.test(key),
      `tags.${key}`,
      `"${key}" is not a valid tag key; allowed: 128 letters, digits, spaces and _.:/=+-@, not beginning with aws:`,
    );
    expect(
      /^[\p{L}\p{N} _.:/=+@-]{0,256}$/u.test(value),
      `tags.${key}`,
      `"${value}" is not a valid tag value; allowed: 256 letters, digits, spaces and _.:/=+-@`,
    );
  }
}
