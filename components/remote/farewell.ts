import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { MachineArgs, SshArgs, SshProxyArgs } from "../machines/machine";
import { commandLine, fingerprint, quote, renderStep } from "./render";
import { shellSources } from "./sources";
import { type SshLogin, sshFiles } from "./ssh-files";

/** What a machine is to do when the stack lets go of it. */
export interface FarewellArgs {
  /** The machine. */
  machine: MachineArgs;
  /** The script, as `<room>/<file>.sh` below `components/`. */
  script: string;
  /**
   * Other shell files that the script sources, beside `remote/lib.sh`.
   * @default none
   */
  uses?: string[];
  /** The script's arguments. */
  args: string[];
  /** Seconds that the script may take. */
  deadline: number;
  /** What a person does on a machine that could not be reached; part of a message. */
  fix: string;
}

/**
 * Runs a script on a machine once it is no longer part of the stack, or once another machine has its place. The `delete` of a
 * step cannot do this: it fails where the machine is dead, and every later run with it. So this is done by ssh(1) of the
 * machine that Pulumi runs on, and what cannot be done is only said.
 */
export function farewell(name: string, args: FarewellArgs, opts: pulumi.CustomResourceOptions): local.Command {
  const { machine, script, deadline } = args;
  const { ssh } = machine;
  const incarnation = machine.incarnation ?? machine.address;
  const sources = shellSources(...(args.uses ?? []), script);
  const ours = shellSources("remote/farewell.sh");
  const run = pulumi
    .output(ssh.user ?? "root")
    .apply((user) => commandLine(user, deadline, [script, ...args.args], fingerprint(...Object.values(sources))));
  const input = pulumi
    .all([login(machine.address, ssh), ssh.proxy && login(ssh.proxy.host, ssh.proxy), incarnation])
    .apply(([login, proxy, incarnation]) => ({
      ...sshFiles(login, proxy),
      step: renderStep({ script, sources, input: {}, incarnation, deadline }),
    }));
  return new local.Command(
    name,
    {
      create: "true # until it is deleted",
      delete: run.apply((line) =>
        [
          "bash -s --",
          ...[machine.name, args.fix, line].map(quote),
          `# ${script} ${fingerprint(...Object.values(ours))}`,
        ].join(" "),
      ),
      stdin: pulumi.secret(
        input.apply((input) =>
          renderStep({ script: "remote/farewell.sh", sources: ours, input, deadline: deadline + 30 }),
        ),
      ),
      triggers: [incarnation],
      addPreviousOutputInEnv: false,
    },
    { ...opts, deleteBeforeReplace: true, hideDiffs: ["stdin"] },
  );
}

function login(
  host: pulumi.Input<string>,
  { user, port, privateKey, hostKey }: SshArgs | SshProxyArgs,
): pulumi.Output<SshLogin> {
  return pulumi.output({ host, user: user ?? "root", port: port ?? 22, privateKey, hostKey });
}
