import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { problemText } from "./components/cluster/problems";
import { clusterSchema } from "./config/cluster";
import { explain, formProblems, without } from "./config/form";
import { machinesSchema } from "./config/machines";
import { meaning } from "./config/meaning";

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
export type Settings = z.infer<typeof schema>;

/** Reads and checks the whole configuration of the stack; throws one error with every problem in it. */
export function readSettings(): Settings {
  const namespace = `${pulumi.getProject()}:`;
  const raw: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(pulumi.runtime.allConfig())) {
    if (key.startsWith(namespace)) raw[key.slice(namespace.length)] = parsed(value);
  }
  return checkSettings(raw, pulumi.runtime.allConfig()["aws:region"]);
}

/**
 * The settings of a raw configuration. Pure; throws one error with every problem, of form and of meaning. `region` is that of the AWS
 * provider, where one is set.
 */
export function checkSettings(raw: unknown, region?: string): Settings {
  const first = schema.safeParse(raw, { error: explain });
  if (first.success) {
    const problems = meaning(first.data, [], region);
    if (problems.length > 0) throw new pulumi.RunError(problemText(problems));
    return first.data;
  }
  const form = first.error.issues.flatMap((issue) => formProblems(issue));
  // What is merely too much or optional is left out and the rest judged, so that all problems come at once.
  const rest = schema.safeParse(
    without(
      raw,
      form.map((problem) => problem.keys),
    ),
  );
  throw new pulumi.RunError(
    problemText([
      ...form,
      ...(rest.success
        ? meaning(
            rest.data,
            form.map((p) => p.path),
            region,
          )
        : []),
    ]),
  );
}

/** Objects and lists arrive as JSON, everything else as text. */
function parsed(value: string): unknown {
  return /^[[{]/.test(value) ? JSON.parse(value) : value;
}
