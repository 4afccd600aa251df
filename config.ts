import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { Cni, InstallMode, KeyAlgorithm, PatchType } from "./components";
import { contains, parseCidr } from "./components/cluster/addresses";
import { type Problem, problemText } from "./components/cluster/problems";
import { validate } from "./components/cluster/validate";

const text = z.string();
const component = z.strictObject({ extraArgs: z.record(text, text).optional() }).optional();
const anyFields = z.record(text, z.any()).optional();

const clusterSchema = z.strictObject({
  kubernetesVersion: text,
  controlPlaneEndpoint: text.optional(),
  install: z
    .strictObject({
      mode: z.enum(InstallMode),
      source: text.optional(),
      sha256: text.optional(),
      restrictOomScoreAdj: z.boolean().optional(),
    })
    .optional(),
  podCidr: text.optional(),
  serviceCidr: text.optional(),
  dnsDomain: text.optional(),
  extraSans: z.array(text).optional(),
  apiServer: component,
  controllerManager: component,
  scheduler: component,
  etcd: component,
  leaderElection: z
    .strictObject({ leaseDuration: text.optional(), renewDeadline: text.optional(), retryPeriod: text.optional() })
    .optional(),
  featureGates: z.record(text, z.boolean()).optional(),
  patches: z.array(z.strictObject({ target: text, type: z.enum(PatchType).optional(), patch: text })).optional(),
  imageRepository: text.optional(),
  kubelet: anyFields,
  kubeProxy: anyFields,
  ignorePreflightErrors: z.array(text).optional(),
  schedulable: z.boolean().optional(),
  cni: z.enum(Cni).optional(),
  keyAlgorithm: z.enum(KeyAlgorithm).optional(),
  protect: z.boolean().optional(),
  generation: text.optional(),
});

const labMachine = z.strictObject({ name: text, address: text });
const labSchema = z.strictObject({
  source: z.literal("lab"),
  subnet: text,
  controlPlanes: z.array(labMachine),
  loadBalancers: z.array(labMachine).default([]),
});

const staticMachine = z.strictObject({
  name: text,
  address: text,
  privateAddress: text.optional(),
  user: text.optional(),
  port: z.int().optional(),
  hostKey: text,
});
const staticSchema = z.strictObject({
  source: z.literal("static"),
  ssh: z.strictObject({ user: text.default("root"), port: z.int().default(22) }).prefault({}),
  controlPlanes: z.array(staticMachine),
  loadBalancers: z.array(staticMachine).default([]),
});

const schema = z.strictObject({
  machines: z.discriminatedUnion("source", [labSchema, staticSchema]),
  cluster: clusterSchema,
  sshPrivateKey: text.optional(),
});

/** The stack's configuration, checked. */
export type Settings = z.infer<typeof schema>;
/** The machines of the lab, as configured. */
export type LabSettings = z.infer<typeof labSchema>;
/** Machines that are there already, as configured. */
export type StaticSettings = z.infer<typeof staticSchema>;

/** Reads and checks the whole configuration of the stack; throws one error with every problem in it. */
export function readSettings(): Settings {
  const namespace = `${pulumi.getProject()}:`;
  const raw: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(pulumi.runtime.allConfig())) {
    if (key.startsWith(namespace)) raw[key.slice(namespace.length)] = parsed(value);
  }
  return checkSettings(raw);
}

/** The settings of a raw configuration. Pure; throws one error with every problem, of form and of meaning. */
export function checkSettings(raw: unknown): Settings {
  const first = schema.safeParse(raw, { error: explain });
  if (first.success) {
    const problems = meaning(first.data);
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
          )
        : []),
    ]),
  );
}

/** Problems that no schema sees. Those at or below a path that has a problem of form already are left out. */
function meaning(settings: Settings, known: string[] = []): Problem[] {
  const { machines, cluster } = settings;
  const problems = validate(
    {
      controlPlanes: machines.controlPlanes,
      loadBalancers: machines.loadBalancers,
      controlPlaneEndpoint: cluster.controlPlaneEndpoint,
      install: cluster.install,
      options: cluster,
    },
    { machines: "machines.", options: "cluster." },
  );
  problems.push(...(machines.source === "lab" ? labProblems(machines, settings) : staticProblems(machines, settings)));
  return problems.filter(
    (problem) => !known.some((path) => problem.path === path || problem.path.startsWith(`${path}.`)),
  );
}

function labProblems(machines: LabSettings, { cluster, sshPrivateKey }: Settings): Problem[] {
  const problems: Problem[] = [];
  const subnet = parseCidr(machines.subnet);
  if (!subnet)
    problems.push({
      path: "machines.subnet",
      message: `"${machines.subnet}" is no range of addresses; example: 10.89.40.0/24`,
    });
  for (const list of ["controlPlanes", "loadBalancers"] as const) {
    machines[list].forEach(({ address }, i) => {
      if (subnet && !contains(subnet, address)) {
        problems.push({
          path: `machines.${list}[${i}].address`,
          message: `"${address}" is outside of the lab's subnet ${machines.subnet}`,
        });
      }
    });
  }
  if (cluster.install)
    problems.push({ path: "cluster.install", message: "lab machines install from the lab's own bundle; leave it out" });
  if (sshPrivateKey !== undefined)
    problems.push({ path: "sshPrivateKey", message: "lab machines get a key of their own; leave it out" });
  return problems;
}

function staticProblems(machines: StaticSettings, { sshPrivateKey }: Settings): Problem[] {
  const problems: Problem[] = [];
  for (const list of ["controlPlanes", "loadBalancers"] as const) {
    machines[list].forEach(({ hostKey }, i) => {
      if (!/^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+) [A-Za-z0-9+/]+={0,2}( .*)?$/.test(hostKey)) {
        problems.push({
          path: `machines.${list}[${i}].hostKey`,
          message: `"${hostKey}" is no public host key; expected: one line such as "ssh-ed25519 AAAA…", 'cat /etc/ssh/ssh_host_ed25519_key.pub' on the machine prints it`,
        });
      }
    });
  }
  if (sshPrivateKey === undefined) {
    problems.push({
      path: "sshPrivateKey",
      message:
        "missing; set the key that the machines accept: pulumi config set --secret sshPrivateKey < ~/.ssh/id_ed25519",
    });
  }
  return problems;
}

type FormProblem = Problem & { keys: PropertyKey[] };

function formProblems(issue: z.core.$ZodIssue): FormProblem[] {
  const names = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
  return names.map((keys) => ({ keys, path: pathText(keys), message: issue.message }));
}

/** What zod found, in the words of our other messages. */
function explain(issue: z.core.$ZodRawIssue): string {
  const shown = typeof issue.input === "object" ? "" : `${JSON.stringify(issue.input)} `;
  switch (issue.code) {
    case "unrecognized_keys":
      return `unknown; known here: ${Object.keys((issue.inst as z.ZodObject).def.shape).join(", ")}`;
    case "invalid_type":
      if (issue.input === undefined) return `missing; expected: ${issue.expected}`;
      return `${shown}is of the wrong type; expected: ${issue.expected}${issue.expected === "string" && shown ? `, in quotes: "${issue.input}"` : ""}`;
    case "invalid_value":
      return `${shown}is not allowed; allowed: ${issue.values.join(", ")}`;
    case "invalid_union":
      return `${issue.input === undefined ? "missing" : "not allowed"}; allowed: ${labSchema.shape.source.value}, ${staticSchema.shape.source.value}`;
    default:
      return `${shown}is not allowed: ${issue.message ?? issue.code}`;
  }
}

function pathText(keys: PropertyKey[]): string {
  return keys.map((key, i) => (typeof key === "number" ? `[${key}]` : `${i > 0 ? "." : ""}${String(key)}`)).join("");
}

type Tree = Record<PropertyKey, unknown>;

/** A copy of a tree without the values at some paths. */
function without(tree: unknown, paths: PropertyKey[][]): unknown {
  const copy = structuredClone(tree);
  for (const path of paths) {
    const parent = path.slice(0, -1).reduce((node, key) => (node as Tree | undefined)?.[key] as Tree, copy as Tree);
    if (parent && !Array.isArray(parent)) delete parent[path[path.length - 1]];
  }
  return copy;
}

/** Objects and lists arrive as JSON, everything else as text. */
function parsed(value: string): unknown {
  return /^[[{]/.test(value) ? JSON.parse(value) : value;
}
