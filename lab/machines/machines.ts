import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { MachineArgs } from "../../components/machine/machine";
import { hereStep } from "../../components/remote/here";
import { formerly } from "../../components/values/identity";
import type { LabFacts } from "./facts";

/** A machine of the lab, as a configuration names it. */
export interface LabMachine {
  /** The machine's name in the cluster; the container is `<lab>-<name>`. */
  name: string;
  /** Its fixed address in the lab's network. */
  address: string;
  /** Its fixed address of the other family, where the network has both. */
  secondAddress?: string;
  /** Labels of its Node. */
  labels?: { [key: string]: string };
  /** The zone that it plays to be in. */
  zone?: string;
  /** The region that it plays to be in. */
  region?: string;
  /** What a cloud controller manager would know it by. */
  providerId?: string;
  /** DNS names that its kubelet may have in its certificate, apart from its name. */
  dnsNames?: string[];
}

/** The arguments of {@link LabMachines}. */
export interface LabMachinesArgs {
  /** Names the network, and is the label by which everything of this lab is found. */
  lab: string;
  /** The network's addresses: a range, or one of each family with a comma between them. */
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
    super(
      "kubeadm-ha:index:LabMachines",
      name,
      { subnet, machines: args.machines, image: facts.image },
      pulumi.mergeOptions(opts, formerly("kubeadm-ha:machines:LabMachines")),
    );
    const parent = { parent: this };
    const clientKey = new tls.PrivateKey(`${name}-client-key`, { algorithm: "ED25519" }, parent);
    const network = container(
      `${name}-network`,
      { verb: "network", words: [facts.engine, lab, subnet], input: {} },
      parent,
    );
    this.machines = args.machines.map((machine) => {
      const hostKey = new tls.PrivateKey(`${name}-${machine.name}-host-key`, { algorithm: "ED25519" }, parent);
      const addresses = [machine.address, ...(machine.secondAddress ? [machine.secondAddress] : [])];
      const made = container(
        `${name}-${machine.name}`,
        {
          verb: "machine",
          words: [facts.engine, lab, machine.name, addresses.join(","), facts.image, facts.bundle.path],
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
        instanceId: made.stdout,
        disposable: true,
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

function container(name: string, { verb, words, input, triggers }: ContainerArgs, opts: pulumi.CustomResourceOptions) {
  return hereStep(
    name,
    {
      script: "lab/container.sh",
      folder: { path: __dirname, as: "lab" },
      args: [verb, "up", ...words],
      delete: [verb, "down", ...words],
      input,
      deadline: 300,
      replaceOn: triggers,
    },
    // The new container has the old one's name and address.
    opts,
  );
}
