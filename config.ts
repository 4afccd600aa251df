import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { problemText } from "./components/values/problems";
import { semanticProblems } from "./config/checks";
import { clusterSchema } from "./config/cluster";
import { explain, type SchemaError, schemaErrors, without } from "./config/schema-errors";
import { machinesSchema } from "./sources";

const authority = z.strictObject({ certificate: z.string(), privateKey: z.string() });
/** The whole configuration. */
export const configSchema = z.strictObject({
  machines: machinesSchema,
  cluster: clusterSchema,
  authorities: z
    .strictObject({ cluster: authority.optional(), etcd: authority.optional(), frontProxy: authority.optional() })
    .optional(),
  sshPrivateKey: z.string().optional(),
  sshProxyPrivateKey: z.string().optional(),
});

/** The stack's configuration, checked, and that of the providers. */
export type Config = z.infer<typeof configSchema> & { providers: { [key: string]: string } };

/** Reads and checks the whole configuration of the stack; throws one error with every problem in it. */
export function readConfig(): Config {
  const namespace = `${pulumi.getProject()}:`;
  const all = Object.entries(pulumi.runtime.allConfig());
  const own = all.filter(([key]) => key.startsWith(namespace));
  const others = all.filter(([key]) => !key.startsWith(namespace));
  return checkConfig(
    ...parsed(own.map(([key, text]) => [key.slice(namespace.length), text])),
    Object.fromEntries(others),
  );
}

/**
 * The values of a stack's file, which holds objects and lists as JSON and everything else as text, and what could not
 * be read of it. Pure.
 */
export function parsed(texts: (readonly [string, string])[]): [Record<string, unknown>, SchemaError[]] {
  const raw: Record<string, unknown> = {};
  const errors: SchemaError[] = [];
  for (const [key, text] of texts) {
    try {
      raw[key] = /^[[{]/.test(text) ? JSON.parse(text) : text;
    } catch (error) {
      const message =
        `is not valid JSON (${(error as Error).message.replace(/[.,]? *"?\{.*$/s, "")}); write it as YAML in the ` +
        `stack's file, or with 'pulumi config set --path ${key}.<key> <value>'`;
      errors.push({ keys: [key], path: key, message });
    }
  }
  return [raw, errors];
}

/**
 * The checked form of a raw configuration. Pure; throws one error with every problem, of schema and of semantics.
 * `unread` is what could not even be read of it, `providers` the configuration of Pulumi's providers.
 */
export function checkConfig(raw: unknown, unread: SchemaError[] = [], providers: Config["providers"] = {}): Config {
  const first = configSchema.safeParse(raw, { error: explain });
  if (first.success && unread.length === 0) {
    const config = { ...first.data, providers };
    const problems = semanticProblems(config);
    if (problems.length > 0) throw new pulumi.RunError(problemText(problems));
    return config;
  }
  const read = (first.error?.issues ?? []).flatMap((issue) => schemaErrors(issue));
  const errors = [...unread, ...read.filter(({ path }) => unread.every((other) => other.path !== path))];
  // What is merely too much or optional is left out and the rest judged, so that all problems come at once.
  const keys = errors.map((problem) => problem.keys);
  const rest = configSchema.safeParse(without(raw, keys));
  const paths = errors.map((problem) => problem.path);
  const problems = rest.success ? semanticProblems({ ...rest.data, providers }, paths) : [];
  throw new pulumi.RunError(problemText([...errors, ...problems]));
}
