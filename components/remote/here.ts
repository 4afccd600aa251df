import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { quote } from "../values/shell-words";
import { renderStep } from "./render";
import { type ScriptFolder, shellSources, sourcesFingerprint } from "./sources";

/** One thing to be done on the machine that Pulumi runs on. */
export interface HereStepArgs {
  /** The script, as `<room>/<file>.sh`. */
  script: string;
  /**
   * Where it is found, if that is not below `components/`.
   * @default below `components/`
   */
  folder?: ScriptFolder;
  /**
   * The script's arguments: small and plain, since previews and error messages show them. Never a secret.
   * @default nothing is done until the resource is deleted
   */
  args?: string[];
  /**
   * The script's arguments when the resource is deleted. What runs then is what the state holds, script and input
   * included.
   * @default nothing is done
   */
  delete?: pulumi.Input<string[]>;
  /** Files for the script in its input directory, by name. Secrets go here, and nowhere else. */
  input: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** The step's one deadline in seconds. */
  deadline: number;
  /**
   * Whether what the script prints is for the program to read, and shown to nobody. It is a secret only if `opts` say
   * so.
   * @default false
   */
  reads?: boolean;
  /**
   * Values whose change replaces the step: it is deleted, and done again.
   * @default none
   */
  replaceOn?: pulumi.Input<string>[];
}

/** Runs a script on the machine that Pulumi runs on, by way of `command.local.Command`. */
export function hereStep(name: string, args: HereStepArgs, opts: pulumi.CustomResourceOptions): local.Command {
  const { script, deadline } = args;
  const sources = shellSources(script, args.folder);
  const label = `# ${script} ${sourcesFingerprint(sources)}`;
  const command = (words: string[]) => ["bash -s --", ...words.map(quote), label].join(" ");
  return new local.Command(
    name,
    {
      create: args.args ? command(args.args) : "true # until it is deleted",
      delete: args.delete && pulumi.output(args.delete).apply(command),
      stdin: pulumi.secret(
        pulumi.output(args.input).apply((input) => renderStep({ script, sources, input, deadline })),
      ),
      triggers: args.replaceOn,
      logging: args.reads ? local.Logging.Stderr : undefined,
      addPreviousOutputInEnv: false,
    },
    { ...opts, deleteBeforeReplace: true, hideDiffs: ["stdin"] },
  );
}
