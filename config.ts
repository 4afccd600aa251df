import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type Problem, problemText } from "./components/values/problems";
import { environmentProblems, semanticProblems } from "./config/checks";
import { clusterSchema } from "./config/cluster";
import { withFlatKeys } from "./config/flat-keys";
import { placeMachines } from "./config/machines-file";
import { explain, type SchemaError, schemaErrors, without } from "./config/schema-errors";
import { namedProblems, type SecretText, secretTexts, withoutTexts, writtenIn } from "./config/secrets";
import { machinesSchema } from "./sources";

const authority = z.strictObject({ certificate: z.string(), privateKey: z.string() });
const notGivenUp = ({ input }: { input?: unknown }) =>
  `"${input}" is not a machine's name and address; example: "cp-2 10.0.0.12"`;
/** The whole configuration. */
export const configSchema = z.strictObject({
  machines: machinesSchema,
  cluster: clusterSchema,
  authorities: z
    .strictObject({ cluster: authority.optional(), etcd: authority.optional(), frontProxy: authority.optional() })
    .optional(),
  giveUp: z.array(z.string().regex(/^\S+ \S+$/, { error: notGivenUp })).optional(),
  sshPrivateKey: z.string().optional(),
  sshPrivateKeyPassphrase: z.string().optional(),
  sshProxyPrivateKey: z.string().optional(),
  sshProxyPrivateKeyPassphrase: z.string().optional(),
});

/** The stack's configuration, checked, and that of the providers. */
export type Config = z.infer<typeof configSchema> & { providers: { [key: string]: string } };

/** The project. What runs is compiled and below it, and the engine's word for it does not reach the program. */
const project = existsSync(join(__dirname, "Pulumi.yaml")) ? __dirname : dirname(__dirname);

/** Where the stacks' files are, as Pulumi.yaml has it, too. */
export const stacksDirectory = join(project, "stacks");

/**
 * Reads and checks the whole configuration of the stack, and finds what of it is a secret; throws one error with every
 * problem in it, and no secret.
 */
export function readConfig(): Config & { secrets: SecretText[] } {
  const project = pulumi.getProject();
  const namespace = `${project}:`;
  const all = Object.entries(pulumi.runtime.allConfig());
  const own = all.filter(([key]) => key.startsWith(namespace));
  const others = all.filter(([key]) => !key.startsWith(namespace));
  const [values, unread] = parsed(own.map(([key, text]) => [key.slice(namespace.length), text]));
  const written = writtenIn(stacksDirectory, pulumi.getStack(), project);
  const secrets = Object.entries(values)
    .filter(([key]) => isConfigSecret(`${namespace}${key}`))
    .flatMap(([key, value]) => secretTexts(key, value, written(key)));
  const placed = placeMachines(values, stacksDirectory);
  const problems = [...unread, ...placed.unread, ...namedProblems(secrets), ...environmentProblems()];
  try {
    return { ...checkConfig(placed.raw, problems, Object.fromEntries(others), placed.file), secrets };
  } catch (error) {
    if (!pulumi.RunError.isInstance(error)) throw error;
    throw new pulumi.RunError(withoutTexts(error.message, secrets));
  }
}

/** Whether the stack's file has a secret in a key, at whatever depth. The SDK has it, and does not say so. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };

/**
 * The values of a stack's file, which holds objects and lists as JSON and everything else as text, and what could not
 * be read of it. Pure.
 */
export function parsed(texts: (readonly [string, string])[]): [Record<string, unknown>, SchemaError[]] {
  const raw: Record<string, unknown> = {};
  const errors: SchemaError[] = [];
  for (const [key, text] of texts) {
    try {
      raw[key] = /^[[{]/.test(text) && !isText(key) ? JSON.parse(text) : text;
    } catch (error) {
      const message =
        `is not valid JSON (${(error as Error).message.replace(/,? *(\.\.\.)?".*$/s, "")}); write it as YAML in the ` +
        `stack's file, or with 'pulumi config set --path ${key}.<key> <value>'`;
      errors.push({ keys: [key], path: key, message });
    }
  }
  return [raw, errors];
}

/** Whether a key is one whose value is a text, whatever that begins with. */
function isText(key: string): boolean {
  const { [key]: schema }: Record<string, z.ZodType> = configSchema.shape;
  return schema?.safeParse("").success ?? false;
}

/**
 * The checked form of a raw configuration. Pure; throws one error with every problem, of schema and of semantics.
 * `unread` is what could not even be read of it, `providers` the configuration of Pulumi's providers, `machinesFile`
 * the file that the machines stand in, if it is one of their own.
 */
export function checkConfig(
  raw: unknown,
  unread: SchemaError[] = [],
  providers: Config["providers"] = {},
  machinesFile?: string,
): Config {
  const first = configSchema.safeParse(raw, { error: explain });
  if (first.success && unread.length === 0) {
    const config = { ...first.data, providers };
    const problems = semanticProblems(config);
    if (problems.length > 0) throw refusal(problems, machinesFile);
    return config;
  }
  const found = (first.error?.issues ?? []).flatMap((issue) => schemaErrors(issue));
  const read = withFlatKeys(found, raw, Object.keys(configSchema.shape));
  const isRead = ({ keys }: SchemaError) => unread.every((other) => `${other.keys}` !== `${keys}`);
  const errors = [...unread, ...read.filter(isRead)];
  // What is merely too much or optional is left out and the rest judged, so that all problems come at once.
  const keys = errors.map((problem) => problem.keys);
  const rest = configSchema.safeParse(without(raw, keys));
  const paths = errors.map((problem) => problem.path);
  const problems = rest.success ? semanticProblems({ ...rest.data, providers }, paths) : [];
  throw refusal([...errors, ...problems], machinesFile);
}

/** The paths are the same wherever machines stand, as the documents have them; the file is said once. */
function refusal(problems: Problem[], machinesFile?: string): pulumi.RunError {
  const text = problemText(problems);
  const theirs = problems.some(({ path }) => /^machines\b/.test(path));
  return new pulumi.RunError(
    machinesFile !== undefined && theirs ? `${text}\nwhat is below "machines" stands in ${machinesFile}` : text,
  );
}
