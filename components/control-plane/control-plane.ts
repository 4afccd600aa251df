import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { initConfiguration, joinConfiguration } from "../kubeadm/configuration";
import { defaultDataDir } from "../kubeadm/etcd-flags";
import type { ControlPlaneOptions } from "../kubeadm/options";
import { controlPlanePatches, patchFiles } from "../kubeadm/patches";
import { securityFiles } from "../kubeadm/security";
import { clusterAddress, instanceOf, type MachineArgs } from "../machine/machine";
import { nodeOf } from "../machine/node";
import { onRemoval } from "../remote/on-removal";
import { after, inside, step } from "../remote/step";
import { chainFile } from "../values/certificates";
import { formerly } from "../values/identity";
import { below } from "../values/shell-words";
import { leaveStep } from "./leave";

/** What every machine of a control plane is told. */
export interface ControlPlaneArgs {
  /** Where clients reach the API, as `host:port`; never changes in a cluster's life. */
  endpoint: pulumi.Input<string>;
  /**
   * Hosts at which they reach it besides: those of load balancers.
   * @default nowhere else
   */
  alsoAt?: pulumi.Input<string>[];
  /** The shared CAs and keys, PEM by path below `/etc/kubernetes/pki`. */
  pki: pulumi.Input<{ [path: string]: string }>;
  /** Keys for what is encrypted in etcd: 32 bytes in base64, by name. */
  encryptionKeys: pulumi.Input<{ [name: string]: string }>;
  /**
   * The client URLs of an external etcd.
   * @default none: every control plane has a member of its own
   */
  etcdEndpoints?: pulumi.Input<string[]>;
  /** What the machine's software is installed from, as softwareFiles renders it. */
  software: pulumi.Input<{ [path: string]: string }>;
  /** What can be tuned. */
  options: ControlPlaneOptions;
}

/** The arguments of {@link Init}. */
export interface InitArgs extends ControlPlaneArgs {
  /** All control planes; the first one makes the cluster. */
  machines: MachineArgs[];
  /**
   * Names the cluster's generation. A new value says that the former cluster is gone with all its machines, and that a
   * new one is to be made; anything else never initialises a cluster a second time.
   * @default "1"
   */
  generation?: string;
}

/** The arguments of {@link ControlPlane}. */
export interface ControlPlaneMachineArgs extends ControlPlaneArgs {
  /** The machine. */
  machine: MachineArgs;
  /** Namespaces whose pods on this node have to be ready; empty where no network makes nodes ready. */
  namespaces: string[];
}

/**
 * `kubeadm init`, once in a cluster's life, on the first machine of the list. What follows makes no difference between
 * machines.
 */
export class Init extends pulumi.ComponentResource {
  /** What the life of the cluster depends on. */
  readonly init: pulumi.Resource;

  constructor(name: string, args: InitArgs, opts?: pulumi.ComponentResourceOptions) {
    const { machines, generation = "1" } = args;
    super(
      "kubeadm-ha:index:Init",
      name,
      { generation },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:control-plane:Bootstrap")),
    );
    const [machine, ...others] = machines;
    const peers = pulumi.all(others.map(clusterAddress));
    this.init = step(
      `${name}-init`,
      {
        machine,
        script: "control-plane/init.sh",
        args: [machine.name],
        input: pulumi
          .all([controlPlaneFiles(machine, args), args.pki, peers])
          .apply(([files, pki, peers]) => ({ ...files, ...below("pki", pki), peers: `${peers.join("\n")}\n` })),
        deadline: 1200,
        // Done is done: whichever machine is the first of the list later, and whatever is configured, this never runs
        // again.
        replaceOn: [generation],
      },
      inside(this, opts),
    );
    this.registerOutputs();
  }
}

/**
 * One control plane: joined, its etcd member a voter, its API server ready, its node Ready. It leaves its cluster when
 * its place goes, or another machine gets it: then before that joins. One that was taken off the list has left by then
 * (the roster), and is reset. It is not let go of while it is alive and cannot leave.
 */
export class ControlPlane extends pulumi.ComponentResource {
  /** Resolves once the machine is a control plane in every respect. */
  readonly ready: pulumi.Output<string>;
  /** What it does when its place goes. */
  readonly leave: pulumi.Resource;

  constructor(name: string, args: ControlPlaneMachineArgs, opts?: pulumi.ComponentResourceOptions) {
    const { machine, options } = args;
    super(
      "kubeadm-ha:index:ControlPlane",
      name,
      { machine: machine.name, kubernetesVersion: options.kubernetesVersion },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:control-plane:Member")),
    );
    const { args: words, ...leave } = leaveStep(args);
    this.leave = onRemoval(
      `${name}-leave`,
      {
        ...leave,
        machine,
        args: words(machine),
        insists: true,
        fix: "shut it down; the others take its member and its Node out of the cluster",
      },
      { parent: this },
    );
    const joined = step(
      `${name}-join`,
      {
        machine,
        script: "control-plane/join.sh",
        args: [machine.name, args.namespaces.join(",")],
        input: pulumi
          .all([controlPlaneFiles(machine, args), args.pki, nodeOf(machine)])
          .apply(([files, pki, node]) => ({
            ...files,
            ...below("pki", pki),
            "join.yaml": joinConfiguration(node, options),
          })),
        deadline: 1200,
        // A join only joins: what changes on a machine that lives is its roll-out's. A machine that is another joins
        // again.
        replaceOn: [instanceOf(machine)],
      },
      after(inside(this, opts), this.leave),
    );
    this.ready = joined.id;
    this.registerOutputs();
  }
}

/** What the scripts of a control plane read: all that is configured of this machine, and nothing of any other. */
export function controlPlaneFiles(machine: MachineArgs, args: ControlPlaneArgs): pulumi.Output<Record<string, string>> {
  const { options, alsoAt = [] } = args;
  const later = [args.endpoint, args.pki, args.encryptionKeys, args.etcdEndpoints, args.software] as const;
  return pulumi.all([nodeOf(machine), ...later, pulumi.all(alsoAt)]).apply(
    ([node, endpoint, pki, keys, etcd, software, alsoAt]): Record<string, string> => ({
      address: `${node.address}\n`,
      "kubeadm.yaml": initConfiguration(node, endpoint, options, {
        etcd,
        rootCa: chainFile in pki ? chainFile : undefined,
        alsoAt,
      }),
      ...(etcd
        ? { "etcd-endpoints": `${etcd.join(",")}\n` }
        : { "etcd-data-dir": `${options.etcd?.dataDir ?? defaultDataDir}\n` }),
      ...below("patches", patchFiles(controlPlanePatches(options, !etcd))),
      ...below("security", securityFiles(options.security, keys)),
      ...(options.security?.kubeletServingCertificates === false ? {} : below("approver", approver)),
      ...software,
    }),
  );
}

const approver = Object.fromEntries(
  ["approve.sh", "kubeadm-ha-approve.service"].map((file) => [
    file,
    readFileSync(join(__dirname, "approver", file), "utf8"),
  ]),
);
