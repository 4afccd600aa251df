import { InstallMode } from "../../components";
import { defaultDataDir } from "../../components/kubeadm/etcd-flags";
import { clusterRanges, familiesOf, rangesOf } from "../../components/kubeadm/ranges";
import { awsProblems, processorsOf } from "../../components/machines/aws/checks";
import { type AwsMachinesArgs, awsDefaults } from "../../components/machines/aws/options";
import { place } from "../../components/machines/aws/placement";

import { overlap, parseCidr } from "../../components/values/addresses";
import type { Problem } from "../../components/values/problems";
import type { AroundMachines } from "../source";
import { keyProblems, proxyProblems, sshKeys } from "../ssh";
import type { AwsConfig } from "./schema";

/** The plain arguments of AwsMachines, from the key `machines`. */
export function awsArgs(cluster: string, aws: AwsConfig): AwsMachinesArgs {
  const { source, ssh, workerPools, ...args } = aws;
  return { ...args, cluster, workers: workerPools.flatMap((pool) => pool.machines) };
}

/** What is wrong with machines on EC2, by the keys that they are configured with. */
export function awsChecks(aws: AwsConfig, given: AroundMachines): Problem[] {
  const args = { ...awsArgs("cluster", aws), proxy: aws.ssh && { ...aws.ssh.proxy, privateKey: "" } };
  const pools = aws.workerPools.flatMap((pool, i) => pool.machines.map((_, j) => `workerPools[${i}].machines[${j}]`));
  const configured = (path: string) =>
    path.replace(/workers\[(\d+)\]/, (_, i) => pools[Number(i)]).replace(/^machines\.proxy/, "machines.ssh.proxy");
  return [
    ...awsProblems(args, "machines.").map((problem) => ({ ...problem, path: configured(problem.path) })),
    ...(aws.ssh ? [...proxyProblems(aws.ssh.proxy), ...keyProblems(given)] : []),
    ...around(aws, given),
  ];
}

/** What fits the rest of the configuration, and what does not. */
function around(aws: AwsConfig, { cluster, providers, ...keys }: AroundMachines): Problem[] {
  const { sshPrivateKey, sshProxyPrivateKey } = keys;
  const problems: Problem[] = [];
  const expect = (ok: boolean, path: string, message: string) => {
    if (!ok) problems.push({ path, message });
  };
  const region = providers["aws:region"];
  expect(
    region === undefined || aws.zones[0] === undefined || aws.zones[0].slice(0, -1) === region,
    "machines.zones",
    `${aws.zones.join(", ")} are not of ${region}, the region of the AWS provider; pulumi config set aws:region ` +
      `${aws.zones[0]?.slice(0, -1)}`,
  );
  const text = aws.network?.cidr ?? awsDefaults.cidr;
  const vpc = parseCidr(text);
  for (const [name, range] of Object.entries(clusterRanges(cluster))) {
    expect(
      !familiesOf(range).includes("IPv6"),
      `cluster.${name}`,
      `"${range}" has IPv6, and machines.source aws makes machines with IPv4 addresses alone; give one range of ` +
        "IPv4, or bring machines of your own (machines.source static)",
    );
    for (const { cidr } of rangesOf(range))
      expect(
        !(vpc && overlap(vpc, cidr)),
        "machines.network.cidr",
        `"${text}" overlaps ${name} "${range}"; they must have no address in common`,
      );
  }
  expect(
    aws.loadBalancers.length < 2,
    "machines.loadBalancers",
    `${aws.loadBalancers.length} machines; allowed: 1, since no address moves between machines of a VPC; use ` +
      "networkLoadBalancer",
  );
  const bundled = place(awsArgs("cluster", aws)).filter(({ role }) => role !== "load-balancer");
  expect(
    cluster.install?.mode !== InstallMode.Bundle || processorsOf(bundled).length < 2,
    "cluster.install.mode",
    `bundle, and instance types with ${processorsOf(bundled).join(" and ")} processors; a bundle is for one kind; ` +
      "set mode: packages, or choose instance types of one kind",
  );
  const dataDir = cluster.etcd?.dataDir ?? defaultDataDir;
  expect(
    /^\/var\/lib\/etcd(\/|$)/.test(dataDir),
    "cluster.etcd.dataDir",
    `"${dataDir}" is not on the volume that etcd's machines have for it; allowed: /var/lib/etcd, or below`,
  );
  expect(
    !aws.networkLoadBalancer || cluster.controlPlaneEndpoint === undefined,
    "cluster.controlPlaneEndpoint",
    "machines.networkLoadBalancer is the endpoint; leave one of the two out (its dnsName gives it a name of your own)",
  );
  expect(
    !aws.ssh || sshPrivateKey !== undefined || sshProxyPrivateKey !== undefined,
    "sshProxyPrivateKey",
    "missing; set the key that machines.ssh.proxy accepts: pulumi config set --secret sshProxyPrivateKey < " +
      "~/.ssh/id_ed25519",
  );
  for (const [key, value] of Object.entries(sshKeys(keys)))
    expect(value === undefined || aws.ssh !== undefined, key, "machines on AWS get a key of their own; leave it out");
  return problems;
}
