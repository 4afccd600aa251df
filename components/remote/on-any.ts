import type { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "../machine/machine";
import { below } from "../values/shell-words";
import { hereStep } from "./here";
import { commandLine, renderStep } from "./render";
import { shellSources, sourcesFingerprint } from "./sources";
import { loginOf, sshFiles } from "./ssh-files";

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
  const sources = shellSources(script);
  const words = [script, ...args.args];
  const ways = machines.map((machine) =>
    loginOf(machine).apply(({ login, proxy }) => {
      const command = commandLine(login.user, deadline, words, sourcesFingerprint(sources));
      return below(machine.name, { ...sshFiles(login, proxy), command });
    }),
  );
  const input = pulumi.all([pulumi.all(ways), args.input]).apply(([ways, input]) => ({
    ...Object.assign({}, ...ways),
    machines: machines.map((machine) => `${machine.name}\n`).join(""),
    // The machine's own limit, and what it takes to get there.
    limit: `${deadline + 60}\n`,
    step: renderStep({ script, sources, input, instanceId: "any control plane", deadline }),
  }));
  return hereStep(
    name,
    { script: "remote/on-any.sh", args: words, input, deadline: deadline + 180, replaceOn, reads },
    { ...opts, additionalSecretOutputs: ["stdout", "stderr"], ignoreChanges: ["create", "stdin"] },
  );
}
