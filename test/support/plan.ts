import { isDeepStrictEqual } from "node:util";

/** What `pulumi preview --json` prints. */
export interface Plan {
  /** What changes. */
  steps: PlannedStep[];
  /** How many there are of each kind. */
  changeSummary: Record<string, number>;
}

interface PlannedStep {
  op: string;
  urn: string;
  oldState?: { inputs?: Inputs };
  newState?: { inputs?: Inputs };
  detailedDiff?: Record<string, unknown> | null;
}

type Inputs = Record<string, unknown>;

/** What comes of a replacement in the engine, apart from the replacement. */
const parts = ["create-replacement", "delete-replaced"];

/**
 * A plan for people to read, and to compare: a resource that changes on one line, below it the inputs that differ, with
 * what they were and will be where that is plain and short. What is in no other order is in that of the names.
 */
export function planText({ steps, changeSummary }: Plan): string {
  const changed = steps.filter(({ op }) => op !== "same" && !parts.includes(op));
  const blocks = changed.map((step) => ({ key: keyOf(step.urn), text: blockOf(step) }));
  blocks.sort((a, b) => compare(a.key, b.key));
  return [...blocks.map(({ text }) => text), `unchanged: ${changeSummary.same ?? 0}`, ""].join("\n");
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/** Name and type: what concerns the same machine then stands together. */
function keyOf(urn: string): string {
  const [, , types, name] = urn.replace("urn:pulumi:", "").split("::");
  return `${name} ${shortType(types)}`;
}

/** `LoadBalancer`, `remote.Command`, `tls.PrivateKey`. */
function shortType(types: string): string {
  const [name, module, type] = (types.split("$").pop() ?? "").split(":");
  if (name === "kubeadm-ha") return type;
  const folder = module.split("/")[0];
  return `${folder === "index" ? name : folder}.${type}`;
}

function blockOf({ op, urn, oldState, newState, detailedDiff }: PlannedStep): string {
  const [name, type] = keyOf(urn).split(" ");
  const head = `${op} ${type} ${name}`;
  if (op !== "update" && op !== "replace") return head;
  const before = leaves(oldState?.inputs ?? {});
  const after = leaves(newState?.inputs ?? {});
  const differing = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => !isDeepStrictEqual(before.get(path), after.get(path)),
  );
  // What is secret looks the same before and after; which of it differs only the engine knows.
  const hidden = Object.keys(detailedDiff ?? {}).filter(
    (path) => !differing.some((other) => within(other, path) || within(path, other)),
  );
  const lines = [
    ...differing.map((path) => ({ path, line: `${path}${values(before.get(path), after.get(path))}` })),
    ...hidden.map((path) => ({ path, line: path })),
  ];
  lines.sort((a, b) => compare(a.path, b.path));
  return [head, ...lines.map(({ line }) => `    ${line}`), ...runs(op, type, newState?.inputs)].join("\n");
}

/** What an update of a command runs. */
function runs(op: string, type: string, inputs: Inputs = {}): string[] {
  if (op !== "update" || !type.endsWith(".Command")) return [];
  return [`    runs: ${valueText(inputs.update ?? inputs.create)}`];
}

const within = (path: string, other: string) =>
  path === other || path.startsWith(`${other}.`) || path.startsWith(`${other}[`);

/** Inputs by path, down to plain values and lists of those. */
function leaves(value: unknown, path = ""): Map<string, unknown> {
  if (Array.isArray(value) && value.some(isObject))
    return new Map(value.flatMap((item, i) => [...leaves(item, `${path}[${i}]`)]));
  if (isObject(value) && !Array.isArray(value))
    return new Map(Object.entries(value).flatMap(([key, item]) => [...leaves(item, step(path, key))]));
  return new Map([[path, value]]);
}

const isObject = (value: unknown) => value !== null && typeof value === "object";

function step(path: string, key: string): string {
  if (!/^\w+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** ` old => new`, where a person can use it. */
function values(before: unknown, after: unknown): string {
  const [old, now] = [before, after].map(valueText);
  return old === undefined || now === undefined || old === now ? "" : `: ${old} => ${now}`;
}

/** A value as it is; undefined where it says nothing to people, or differs from run to run. */
function valueText(value: unknown): string | undefined {
  if (value === undefined) return "(none)";
  const text = Array.isArray(value) ? `[${value.join(", ")}]` : `${value}`;
  const lasting = text
    .replaceAll(/\b(ssh|ecdsa)-\S+ AAAA[\w+/=]+/g, "<host key>")
    .replaceAll("\n", "; ")
    // The fingerprint of a command's scripts.
    .replace(/ # \S+ [0-9a-f]{12}$/, "");
  const says = lasting.length <= 160 && value !== "[secret]" && !/\b[0-9a-f]{12}\b/.test(lasting);
  return says ? lasting : undefined;
}
