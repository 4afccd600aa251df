import * as pulumi from "@pulumi/pulumi";
import { inside, step } from "../remote/step";
import { type ControlPlaneArgs, input, own } from "./control-plane";
import { encryptionKeys } from "./security";

/** The arguments of {@link Settings}. */
export interface SettingsArgs extends ControlPlaneArgs {
  /** Namespaces whose pods on a node have to be ready before the next one's turn; empty where no network makes nodes ready. */
  namespaces: string[];
}

/**
 * What is configured reaches control planes that live: one after the other, in the order of the list, so that one API server
 * at a time is away, and none after one that failed. On machines that were just made it finds nothing to do.
 */
export class Settings extends pulumi.ComponentResource {
  constructor(name: string, args: SettingsArgs, opts?: pulumi.ComponentResourceOptions) {
    const keys = encryptionKeys(args.options.security);
    super("kubeadm-ha:control-plane:Settings", name, { encryptionKeys: keys }, opts);
    const uses = own("member", "ready", "encryption");
    let turn = inside(this, opts);
    for (const machine of args.machines) {
      const settled = step(
        `${name}-${machine.name}`,
        {
          machine,
          script: "control-plane/settings.sh",
          uses: ["etcd/quorum.sh", ...uses, ...own("published", "former", "kubelet", "pods", "serving")],
          args: [machine.name, args.namespaces.join(",")],
          input: input(machine, args).apply((files) => only(files, wanted)),
          deadline: 1200,
        },
        turn,
      );
      turn = { parent: this, dependsOn: settled };
    }
    // Only now does every API server write with the same key.
    const [machine] = args.machines;
    step(
      `${name}-secrets`,
      {
        machine,
        script: "control-plane/secrets.sh",
        uses: ["etcd/quorum.sh", ...uses],
        args: [keys.join(",")],
        input: input(machine, args).apply((files) => only(files, /^etcd-/)),
        deadline: 900,
      },
      turn,
    );
    this.registerOutputs();
  }
}

/** What a control plane runs with. What else a machine is told comes with its join. */
const wanted = /^(address|peers|kubeadm\.yaml|etcd-.*|patches\/.*|security\/.*|pki\/ca\.crt)$/;

function only(files: Record<string, string>, names: RegExp): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([name]) => names.test(name)));
}
