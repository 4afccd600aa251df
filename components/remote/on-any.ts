import type { local } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "../machine/machine";
import { hereStep } from "./here";
import { reach } from "./reach";

/** One thing to be done for the cluster, on whichever of its control planes is alive. */
export interface OnAnyArgs {
  /** The control planes, in the order in which they are asked. */
  machines: MachineArgs[];
  /**
   * The script, as `<room>/<file>.sh` below `components/`. It ends with status 75 (kube_require_here) where its machine
   * cannot do it, and the next one is asked.
   */
  script: string;
  /** The script's arguments: small and plain, since previews and error messages show them. Never a secret. */
  args: string[];
  /** Files for the script in its input directory, by name; readable by root only. Secrets go here, and nowhere else. */
  input: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Seconds that it may take, whoever does it. */
  deadline: number;
  /**
   * Values whose change has it done again. Nothing else has: who the control planes are makes no difference to what is
   * done.
   */
  replaceOn: pulumi.Input<string>[];
  /**
   * Whether what the script prints is for the program to read; it is a secret then, and shown to nobody.
   * @default false
   */
  reads?: boolean;
}

/**
 * Runs a script on the first control plane that answers. A step (step.ts) dials one machine, and fails while that is
 * away; the cluster does not depend on any one of its machines. So this is done by ssh(1) of the machine that Pulumi
 * runs on.
 */
export function onAny(name: string, args: OnAnyArgs, opts: pulumi.CustomResourceOptions): local.Command {
  const { script, deadline, machines, replaceOn, reads } = args;
  const step = { script, args: () => args.args, input: args.input, deadline };
  const input = reach(machines, { command: step }).apply((files) => ({
    ...files,
    // The machine's own limit, and what it takes to get there.
    limit: `${deadline + 60}\n`,
  }));
  return hereStep(
    name,
    { script: "remote/on-any.sh", args: [script, ...args.args], input, deadline: deadline + 180, replaceOn, reads },
    { ...opts, additionalSecretOutputs: ["stdout", "stderr"], ignoreChanges: ["create", "stdin"] },
  );
}
