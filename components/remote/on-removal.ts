import type { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { instanceOf, type MachineArgs } from "../machine/machine";
import { hereStep } from "./here";
import { commandLine, renderStep } from "./render";
import { shellSources, sourcesFingerprint } from "./sources";
import { loginOf, sshFiles } from "./ssh-files";

/** What a machine is to do when the stack lets go of it. */
export interface OnRemovalArgs {
  /** The machine. */
  machine: MachineArgs;
  /** The script, as `<room>/<file>.sh` below `components/`. */
  script: string;
  /** The script's arguments. */
  args: string[];
  /**
   * Files for the script in its input directory, by name, beside instance-id, that of the machine.
   * @default none
   */
  input?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Seconds that the script may take. */
  deadline: number;
  /**
   * Whether a machine that can be reached, and on which the script fails, is not let go of: the removal fails, and is
   * tried again by the next run.
   * @default false
   */
  insists?: boolean;
  /** What a person does on a machine that could not be reached; part of a message. */
  fix: string;
}

/** What a script is told by which a machine leaves: its name, and whether it is kept as it is or reset. */
export function leaveWords({ name, disposable = false }: MachineArgs): string[] {
  return [name, disposable ? "keep" : "reset"];
}

/**
 * Runs a script on a machine once it is no longer part of the stack, or once another machine has its place. The
 * `delete` of a step cannot do this: it fails where the machine is dead, and every later run with it. So this is done
 * by ssh(1) of the machine that Pulumi runs on, and what cannot be done where a machine is away is only said.
 */
export function onRemoval(name: string, args: OnRemovalArgs, opts: pulumi.CustomResourceOptions): local.Command {
  const { machine, script, deadline, insists = false } = args;
  const { ssh } = machine;
  const instanceId = instanceOf(machine);
  const sources = shellSources(script);
  const run = pulumi
    .output(ssh.user ?? "root")
    .apply((user) => commandLine(user, deadline, [script, ...args.args], sourcesFingerprint(sources)));
  const input = pulumi
    .all([loginOf(machine), instanceId, args.input ?? {}])
    .apply(([{ login, proxy }, instanceId, files]) => {
      const input = { ...files, "instance-id": `${instanceId}\n` };
      return { ...sshFiles(login, proxy), step: renderStep({ script, sources, input, instanceId, deadline }) };
    });
  return hereStep(
    name,
    {
      script: "remote/on-removal.sh",
      delete: run.apply((line) => [machine.name, args.fix, line, ...(insists ? ["insist"] : [])]),
      input,
      deadline: deadline + 30,
      replaceOn: [instanceId],
    },
    opts,
  );
}
