import * as pulumi from "@pulumi/pulumi";
import type { MachineArgs } from "../machine/machine";
import { below } from "../values/shell-words";
import { commandLine, renderStep } from "./render";
import { shellSources, sourcesFingerprint } from "./sources";
import { loginOf, sshFiles } from "./ssh-files";

/** A step that a script of this machine may have run on any of some machines. */
export interface ReachedStep {
  /** The script, as `<room>/<file>.sh` below `components/`. */
  script: string;
  /** The script's arguments on a machine. Never a secret. */
  args: (machine: MachineArgs) => string[];
  /**
   * Files for the script in its input directory, by name.
   * @default none
   */
  input?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Seconds that it may take there. */
  deadline: number;
}

/**
 * What a script of this machine (here.ts) needs to have steps run on others by ssh(1): `machines`, their names; for
 * each a folder of its name with what ssh(1) needs, and what the machine's shell is to run, by the step's name; and
 * `<step>.step`, which that reads.
 */
export function reach(machines: MachineArgs[], steps: Record<string, ReachedStep>): pulumi.Output<Files> {
  const names = Object.keys(steps);
  const folders = machines.map((machine) =>
    loginOf(machine).apply(({ login, proxy }): Files => {
      const commands = names.map((name) => {
        const { script, args, deadline } = steps[name];
        const words = [script, ...args(machine)];
        return [name, commandLine(login.user, deadline, words, sourcesFingerprint(shellSources(script)))];
      });
      return below(machine.name, { ...sshFiles(login, proxy), ...Object.fromEntries(commands) });
    }),
  );
  const texts = names.map((name) => {
    const { script, input = {}, deadline } = steps[name];
    const sources = shellSources(script);
    return pulumi
      .output(input)
      .apply((input) => renderStep({ script, sources, input, instanceId: "any control plane", deadline }));
  });
  return pulumi.all([pulumi.all(folders), pulumi.all(texts)]).apply(
    ([folders, texts]): Files => ({
      ...Object.assign({}, ...folders),
      machines: machines.map((machine) => `${machine.name}\n`).join(""),
      ...Object.fromEntries(texts.map((text, i) => [`${names[i]}.step`, text])),
    }),
  );
}

type Files = Record<string, string>;
