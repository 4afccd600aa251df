import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { defaultDataDir } from "../etcd/flags";
import { clusterAddress, type MachineArgs } from "../machines/machine";
import { chainFile } from "../pki/own";
import { below } from "../remote/render";
import { inside, step } from "../remote/step";
import { initConfiguration, joinConfiguration, type Node } from "./kubeadm";
import type { ControlPlaneOptions } from "./options";
import { controlPlanePatches, patchFiles } from "./patches";
import { securityFiles } from "./security";

/** What every machine of a control plane is told. */
export interface ControlPlaneArgs {
  /** All control planes of the cluster. */
  machines: MachineArgs[];
  /** Where clients reach the API, as `host:port`; never changes in a cluster's life. */
  endpoint: pulumi.Input<string>;
  /** The shared CAs and keys, PEM by path below `/etc/kubernetes/pki`. */
  pki: pulumi.Input<{ [path: string]: string }>;
  /** Keys for what is encrypted in etcd: 32 bytes in base64, by name. */
  encryptionKeys: pulumi.Input<{ [name: string]: string }>;
  /** Every machine that is to be a Node; their kubelets get serving certificates for these names and addresses. */
  nodes: MachineArgs[];
  /**
   * The client URLs of an external etcd.
   * @default none: every control plane has a member of its own
   */
  etcdEndpoints?: pulumi.Input<string[]>;
  /** What can be tuned. */
  options: ControlPlaneOptions;
}

/** The arguments of {@link Bootstrap}. */
export interface BootstrapArgs extends ControlPlaneArgs {
  /**
   * Names this life of the cluster. A new value says that the former cluster is gone with all its machines, and that a
   * new one is to be made; anything else never initialises a cluster a second time.
   * @default "1"
   */
  generation?: string;
}

/** The arguments of {@link Member}. */
export interface MemberArgs extends ControlPlaneArgs {
  /** The machine, one of `machines`. */
  machine: MachineArgs;
  /** Namespaces whose pods on this node have to be ready; empty where no network makes nodes ready. */
  namespaces: string[];
}

/** `kubeadm init`, once in a cluster's life, on the first machine of the list. What follows makes no difference between machines. */
export class Bootstrap extends pulumi.ComponentResource {
  /** What the life of the cluster depends on. */
  readonly init: pulumi.Resource;

  constructor(name: string, args: BootstrapArgs, opts?: pulumi.ComponentResourceOptions) {
    const generation = args.generation ?? "1";
    super("kubeadm-ha:control-plane:Bootstrap", name, { generation }, opts);
    const [machine] = args.machines;
    this.init = step(
      `${name}-init`,
      {
        machine,
        script: "control-plane/bootstrap.sh",
        uses: own("member", "ready", "published"),
        args: [machine.name],
        input: input(machine, args),
        deadline: 1200,
        replaceOn: [generation],
      },
      // Done is done: whichever machine is the first of the list later, and whatever is configured, this never runs again.
      { ...inside(this, opts), ignoreChanges: ["connection", "create", "stdin"] },
    );
    this.registerOutputs();
  }
}

/** One control plane: joined, its etcd member a voter, its API server ready, its node Ready. */
export class Member extends pulumi.ComponentResource {
  /** Resolves once the machine is a control plane in every respect. */
  readonly ready: pulumi.Output<string>;

  constructor(name: string, args: MemberArgs, opts?: pulumi.ComponentResourceOptions) {
    const { machine, options } = args;
    super(
      "kubeadm-ha:control-plane:Member",
      name,
      { machine: machine.name, kubernetesVersion: options.kubernetesVersion },
      opts,
    );
    const joined = step(
      `${name}-join`,
      {
        machine,
        script: "control-plane/join.sh",
        uses: ["etcd/quorum.sh", ...own("member", "ready", "published", "encryption", "former")],
        args: [machine.name, args.namespaces.join(",")],
        input: input(machine, args),
        deadline: 1200,
      },
      inside(this, opts),
    );
    this.ready = joined.id;
    this.registerOutputs();
  }
}

/** What kubeadm is told of a machine. */
export function nodeOf({ name, labels, zone, region, providerId, ...machine }: MachineArgs): pulumi.Output<Node> {
  const address = machine.privateAddress ?? machine.address;
  return pulumi.output({ name, address, labels, zone, region, providerId });
}

/** Files of this room that a script sources. */
export const own = (...names: string[]) => names.map((name) => `control-plane/${name}.sh`);

/** The input files of the scripts. */
export function input(machine: MachineArgs, args: ControlPlaneArgs): pulumi.Output<Record<string, string>> {
  const { options } = args;
  const others = args.machines.filter((other) => other.name !== machine.name).map(clusterAddress);
  return pulumi
    .all([
      nodeOf(machine),
      args.endpoint,
      pulumi.all(others),
      args.pki,
      args.encryptionKeys,
      nodeLines(args.nodes),
      args.etcdEndpoints,
    ])
    .apply(([node, endpoint, peers, pki, keys, nodes, etcd]): Record<string, string> => {
      return {
        address: `${node.address}\n`,
        peers: peers.map((peer) => `${peer}\n`).join(""),
        "kubeadm.yaml": initConfiguration(node, endpoint, options, {
          etcd,
          rootCa: chainFile in pki ? chainFile : undefined,
        }),
        ...(etcd
          ? { "etcd-endpoints": `${etcd.join(",")}\n` }
          : { "etcd-data-dir": `${options.etcd?.dataDir ?? defaultDataDir}\n` }),
        "join.yaml": joinConfiguration(node, options),
        ...below("pki", pki),
        ...below("patches", patchFiles(controlPlanePatches(options, !etcd))),
        ...below("security", securityFiles(options.security, keys)),
        ...(options.security?.kubeletServingCertificates === false ? {} : below("approver", { ...approver, nodes })),
      };
    });
}

const approver = Object.fromEntries(
  ["approve.sh", "kubeadm-ha-approve.service"].map((file) => [
    file,
    readFileSync(join(__dirname, "approver", file), "utf8"),
  ]),
);

/** One line a machine: its name, its addresses, and its other names as `DNS:name`. */
function nodeLines(machines: MachineArgs[]): pulumi.Output<string> {
  const lines = machines.map((machine) =>
    pulumi
      .all([
        pulumi.all([machine.address, machine.privateAddress ?? machine.address]),
        pulumi.all(machine.dnsNames ?? []),
      ])
      .apply(([addresses, names]) => {
        // An instance of a VPC that gives no DNS names has an empty one.
        const others = names.filter((name) => name !== "").map((name) => `DNS:${name}`);
        return `${[machine.name, ...new Set([...addresses, ...others])].join(" ")}\n`;
      }),
  );
  return pulumi.all(lines).apply((texts) => texts.join(""));
}
