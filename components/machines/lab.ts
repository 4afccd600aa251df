import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { fingerprint, quote, renderStep } from "../remote/render";
import { shellSources } from "../remote/sources";
import type { LabFacts } from "./lab-facts";
import type { MachineArgs } from "./machine";

/** A machine of the lab, as a configuration names it. */
export interface LabMachine {
  /** The machine's name in the cluster; the container is `<lab>-<name>`. */
  name: string;
  /** Its fixed address in the lab's network. */
  address: string;
  /** Labels of its Node. */
  labels?: { [key: string]: string };
  /** The zone that it plays to be in. */
  zone?: string;
  /** The region that it plays to be in. */
  region?: string;
  /** What a cloud controller manager would know it by. */
  providerId?: string;
  /** DNS names that its kubelet may have in its certificate, beside its name. */
  dnsNames?: string[];
}

/** The arguments of {@link LabMachines}. */
export interface LabMachinesArgs {
  /** Names the network, and is the label by which everything of this lab is found. */
  lab: string;
  /** The network's addresses. */
  subnet: string;
  /** The machines. */
  machines: LabMachine[];
  /** What was found and built on this machine. */
  facts: LabFacts;
}

/**
 * System containers with systemd and sshd on a network of their own. Host keys and the client key are made here and
 * put in place before sshd starts, so that every connection checks the host key from the first one on.
 */
export class LabMachines extends pulumi.ComponentResource {
  /** The machines, in the order of the arguments. */
  readonly machines: MachineArgs[];

  constructor(name: string, args: LabMachinesArgs, opts?: pulumi.ComponentResourceOptions) {
    const { lab, subnet, facts } = args;
    super("kubeadm-ha:machines:LabMachines", name, { subnet, machines: args.machines, image: facts.image }, opts);
    const parent = { parent: this };
    const clientKey = new tls.PrivateKey(`${name}-client-key`, { algorithm: "ED25519" }, parent);
    const network = container(
      `${name}-network`,
      { verb: "network", words: [facts.engine, lab, subnet], input: {} },
      parent,
    );
    this.machines = args.machines.map((machine) => {
      const hostKey = new tls.PrivateKey(`${name}-${machine.name}-host-key`, { algorithm: "ED25519" }, parent);
      const made = container(
        `${name}-${machine.name}`,
        {
          verb: "machine",
          words: [facts.engine, lab, machine.name, machine.address, facts.image, facts.bundle.path],
          input: { host_key: hostKey.privateKeyOpenssh, authorized_keys: clientKey.publicKeyOpenssh },
          // Another image or bundle is another machine.
          triggers: [facts.image, facts.bundle.sha256],
        },
        { ...parent, dependsOn: [network] },
      );
      return {
        ...machine,
        // Known in a preview, and yet only there once the machine is.
        address: made.stdout.apply(() => machine.address),
        incarnation: made.stdout,
        ssh: { privateKey: clientKey.privateKeyOpenssh, hostKey: hostKey.publicKeyOpenssh.apply((key) => key.trim()) },
      };
    });
    this.registerOutputs();
  }
}

interface ContainerArgs {
  verb: string;
  words: string[];
  input: Record<string, pulumi.Input<string>>;
  triggers?: string[];
}

function container(name: string, args: ContainerArgs, opts: pulumi.CustomResourceOptions): local.Command {
  const sources = shellSources("machines/lab.sh");
  const command = (action: string) => ["bash -s --", args.verb, action, ...args.words.map(quote)].join(" ");
  return new local.Command(
    name,
    {
      create: `${command("up")} # machines/lab.sh ${fingerprint(...Object.values(sources))}`,
      delete: command("down"),
      stdin: pulumi.secret(
        pulumi
          .output(args.input)
          .apply((input) => renderStep({ script: "machines/lab.sh", sources, input, deadline: 300 })),
      ),
      triggers: args.triggers,
      addPreviousOutputInEnv: false,
    },
    // The new container has the old one's name and address.
    { ...opts, deleteBeforeReplace: true, hideDiffs: ["stdin"] },
  );
}
