import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { instanceOf, type MachineArgs, type SshProxyArgs } from "../machine/machine";
import { secretFingerprint } from "../values/fingerprint";
import { sshPort } from "../values/ports";
import { remembered } from "../values/remembered";
import { commandLine, renderStep } from "./render";
import { again, shellSources, sourcesFingerprint } from "./sources";

/** One thing to be done on one machine, in one SSH connection. */
export interface StepArgs {
  /** The machine. */
  machine: MachineArgs;
  /** The script, as `<room>/<file>.sh` below `components/`. */
  script: string;
  /** The script's arguments: small and plain, since previews and error messages show them. Never a secret. */
  args: string[];
  /** Files for the script in its input directory, by name; readable by root only. Secrets go here, and nowhere else. */
  input: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** The step's one deadline in seconds. */
  deadline: number;
  /**
   * Whether what the script prints is for the program to read; it is a secret then, and shown to nobody.
   * @default false
   */
  reads?: boolean;
  /**
   * Values whose change has it done again, and nothing else then.
   * @default all that is configured: the arguments, the input, and which machine it is
   */
  replaceOn?: pulumi.Input<string>[];
}

/**
 * Runs a script on a machine by way of `command.remote.Command`.
 *
 * To do it again is a replacement: that takes script and connection as they are now, where an update would take what
 * was ignored from the state. A step has no `delete`, so the new one may come first; were the old one deleted before,
 * the engine would also replace whatever takes an output of it.
 *
 * The command line is short and plain, for that is what a preview shows and what an error message repeats; script and
 * input travel by standard input, which is a secret. The environment cannot be used (stock sshd refuses it).
 */
export function step(name: string, args: StepArgs, opts: pulumi.CustomResourceOptions): Step {
  const sources = shellSources(args.script);
  const { user = "root" } = args.machine.ssh;
  const line = (words: string[]) => (user: string) =>
    commandLine(user, args.deadline, words, sourcesFingerprint(sources));
  const run = (words: string[]) =>
    typeof user === "string" ? line(words)(user) : pulumi.output(user).apply(line(words));
  const instanceId = instanceOf(args.machine);
  return new remote.Command(
    name,
    {
      connection: connectionOf(args.machine),
      create: run([args.script, ...args.args]),
      // A secret before it is rendered, not after: every wrapping of an Output is one more to make.
      stdin: pulumi
        .secret([args.input, instanceId] as const)
        .apply(([input, instanceId]) =>
          renderStep({ script: args.script, sources, input, instanceId, deadline: args.deadline }),
        ),
      triggers: args.replaceOn ?? [
        args.args.join(" "),
        instanceId,
        pulumi.unsecret(pulumi.output(args.input)).apply(fingerprints),
        ...again(sources),
      ],
      // Both streams would be shown while the step runs, however secret the output is.
      logging: args.reads ? remote.Logging.Stderr : undefined,
      addPreviousOutputInEnv: false,
    },
    {
      ...opts,
      additionalSecretOutputs: ["stdout", "stderr"],
      // Script and input are one secret text; `create` carries what a reader of a preview can use.
      hideDiffs: ["stdin"],
      // Another key for SSH, or another text of the script, is no reason to touch a machine that is done.
      ignoreChanges: ["connection", "create", "stdin"],
      transformations: [onlyUsed],
    },
  );
}

/** What tells a reader of a preview which file of a step's input changes. */
function fingerprints(input: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(input).map(([path, text]) => [path, secretFingerprint(text)]));
}

/** A step as a resource: what waits for it, and what its script printed. */
export type Step = pulumi.CustomResource & Pick<remote.Command, "stdout">;

/**
 * Leaves out the properties of a Command that a step does not set. The SDK makes several Outputs for each of them, and
 * there are thousands of steps where there are hundreds of machines.
 */
const onlyUsed: pulumi.ResourceTransformation = ({ props, opts }) => ({
  props: Object.fromEntries(Object.entries(props).filter(([key, value]) => value !== undefined || key === "stdout")),
  opts,
});

/** How the provider reaches a machine, the same for all its steps. */
export const connectionOf = remembered(({ address, ssh }: MachineArgs) =>
  pulumi.secret({
    host: address,
    port: ssh.port ?? sshPort,
    user: ssh.user ?? "root",
    privateKey: ssh.privateKey,
    privateKeyPassword: ssh.privateKeyPassphrase,
    hostKey: ssh.hostKey,
    dialErrorLimit: ssh.dialErrorLimit,
    proxy: ssh.proxy && proxyOf(ssh.proxy, ssh.dialErrorLimit),
  }),
);

/**
 * The options of a step inside a component. What the component waits for its steps wait for: `dependsOn` of a component
 * is recorded for the component alone, and a destroy goes by what is recorded.
 */
export function inside(
  component: pulumi.ComponentResource,
  opts?: pulumi.ComponentResourceOptions,
): pulumi.CustomResourceOptions {
  return { parent: component, dependsOn: opts?.dependsOn };
}

/** The same options for what waits for these, too. */
export function after(opts: pulumi.CustomResourceOptions, ...more: pulumi.Resource[]): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions(opts, { dependsOn: more });
}

function proxyOf({ host, port, user, hostKey, ...key }: SshProxyArgs, dialErrorLimit?: number) {
  return {
    host,
    port: port ?? sshPort,
    user: user ?? "root",
    privateKey: key.privateKey,
    privateKeyPassword: key.privateKeyPassphrase,
    hostKey,
    dialErrorLimit,
  };
}
