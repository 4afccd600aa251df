import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { problemText } from "./components/values/problems";
import { semanticProblems } from "./config/checks";
import { clusterSchema } from "./config/cluster";
import { machinesSchema } from "./config/machines";
import { explain, type SchemaError, schemaErrors, without } from "./config/schema-errors";

const authority = z.strictObject({ certificate: z.string(), privateKey: z.string() });
const schema = z.strictObject({
  machines: machinesSchema,
  cluster: clusterSchema,
  authorities: z
    .strictObject({ cluster: authority.optional(), etcd: authority.optional(), frontProxy: authority.optional() })
    .optional(),
  sshPrivateKey: z.string().optional(),
  sshProxyPrivateKey: z.string().optional(),
});

/** The stack's configuration, checked. */
export type Config = z.infer<typeof schema>;

/** Reads and checks the whole configuration of the stack; throws one error with every problem in it. */
export function readConfig(): Config {
  const namespace = `${pulumi.getProject()}:`;
  const all = pulumi.runtime.allConfig();
  const texts = Object.entries(all).flatMap(([key, value]) =>
    key.startsWith(namespace) ? [[key.slice(namespace.length), value] as const] : [],
  );
  return checkConfig(...parsed(texts), all["aws:region"]);
}

/** The values of a stack's file, which holds objects and lists as JSON and everything else as text, and what could not be read of it. Pure. */
export function parsed(texts: (readonly [string, string])[]): [Record<string, unknown>, SchemaError[]] {
  const raw: Record<string, unknown> = {};
  const errors: SchemaError[] = [];
  for (const [key, text] of texts) {
    try {
      raw[key] = /^[[{]/.test(text) ? JSON.parse(text) : text;
    } catch (error) {
      const message = `is not valid JSON (${(error as Error).message.replace(/[.,]? *"?\{.*$/s, "")}); write it as YAML in the stack's file, or with 'pulumi config set --path ${key}.<key> <value>'`;
      errors.push({ keys: [key], path: key, message });
    }
  }
  return [raw, errors];
}

/**
 * The checked form of a raw configuration. Pure; throws one error with every problem, of schema and of semantics. `unread` is what could not
 * even be read of it, `region` that of the AWS provider, where one is set.
 */
export function checkConfig(raw: unknown, unread: SchemaError[] = [], region?: string): Config {
  const first = schema.safeParse(raw, { error: explain });
  if (first.success && unread.length === 0) {
    const problems = semanticProblems(first.data, [], region);
    if (problems.length > 0) throw new pulumi.RunError(problemText(problems));
    return first.data;
  }
  const read = (first.error?.issues ?? []).flatMap((issue) => schemaErrors(issue));
  const errors = [...unread, ...read.filter(({ path }) => unread.every((other) => other.path !== path))];
  // What is merely too much or optional is left out and the rest judged, so that all problems come at once.
  const keys = errors.map((problem) => problem.keys);
  const rest = schema.safeParse(without(raw, keys));
  const paths = errors.map((problem) => problem.path);
  const problems = rest.success ? semanticProblems(rest.data, paths, region) : [];
  throw new pulumi.RunError(problemText([...errors, ...problems]));
}
