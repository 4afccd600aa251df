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
  /** The script, as `<room>/<file>.sh` below `components/`. Its input is instance-id, that of the machine. */
  script: string;
  /** The script's arguments. */
  args: string[];
  /** Seconds that the script may take. */
  deadline: number;
  /** What a person does on a machine that could not be reached; part of a message. */
  fix: string;
}

/**
 * Runs a script on a machine once it is no longer part of the stack, or once another machine has its place. The
 * `delete` of a step cannot do this: it fails where the machine is dead, and every later run with it. So this is done
 * by ssh(1) of the machine that Pulumi runs on, and what cannot be done is only said.
 */
export function onRemoval(name: string, args: OnRemovalArgs, opts: pulumi.CustomResourceOptions): local.Command {
  const { machine, script, deadline } = args;
  const { ssh } = machine;
  const instanceId = instanceOf(machine);
  const sources = shellSources(script);
  const run = pulumi
    .output(ssh.user ?? "root")
    .apply((user) => commandLine(user, deadline, [script, ...args.args], sourcesFingerprint(sources)));
  const input = pulumi.all([loginOf(machine), instanceId]).apply(([{ login, proxy }, instanceId]) => ({
    ...sshFiles(login, proxy),
    step: renderStep({ script, sources, input: { "instance-id": `${instanceId}\n` }, instanceId, deadline }),
  }));
  return hereStep(
    name,
    {
      script: "remote/on-removal.sh",
      delete: run.apply((line) => [machine.name, args.fix, line]),
      input,
      deadline: deadline + 30,
      replaceOn: [instanceId],
    },
    opts,
  );
}
