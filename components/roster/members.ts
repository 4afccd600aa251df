import * as pulumi from "@pulumi/pulumi";
import { defaultDataDir } from "../kubeadm/etcd-flags";
import { addressLines, type MachineArgs } from "../machine/machine";
import { onAny } from "../remote/on-any";
import { inside } from "../remote/step";

/** The arguments of {@link Members}. */
export interface MembersArgs {
  /** The machines of the external etcd. */
  machines: MachineArgs[];
  /**
   * The directory of its data.
   * @default "/var/lib/etcd"
   */
  dataDir?: string;
}

/**
 * The members of an external etcd: those of the list, and no others. Any member that is alive removes those who left.
 */
export class Members extends pulumi.ComponentResource {
  constructor(name: string, args: MembersArgs, opts?: pulumi.ComponentResourceOptions) {
    const { machines, dataDir = defaultDataDir } = args;
    const names = machines.map((machine) => machine.name);
    super("kubeadm-ha:index:Members", name, { members: names }, opts);
    const lines = addressLines(machines);
    onAny(
      `${name}-prune`,
      {
        machines,
        script: "roster/members.sh",
        args: [names.join(",")],
        input: { members: lines, "data-dir": `${dataDir}\n` },
        deadline: 300,
        replaceOn: [lines],
      },
      inside(this, opts),
    );
    this.registerOutputs();
  }
}
