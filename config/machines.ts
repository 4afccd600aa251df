import { z } from "zod";
import { TaintEffect, type WorkerPool } from "../components";
import { awsFields, awsMachine } from "./aws";

const text = z.string();

/** The lists of machines of a configuration, by role. */
export interface MachineLists<Machine> {
  /** Control planes. */
  controlPlanes: Machine[];
  /** Machines with a load balancer. */
  loadBalancers: Machine[];
  /** Machines of an external etcd. */
  etcd: Machine[];
  /** Workers, in pools. */
  workerPools: (Omit<WorkerPool, "machines"> & { machines: Machine[] })[];
}

/** The lists that every source of machines has, of whatever describes one machine there. */
const lists = <Machine extends z.ZodType>(machine: Machine) => ({
  controlPlanes: z.array(machine),
  loadBalancers: z.array(machine).default([]),
  etcd: z.array(machine).default([]),
  workerPools: z
    .array(
      z.strictObject({
        name: text,
        labels: z.record(text, text).optional(),
        taints: z.array(z.strictObject({ key: text, value: text.optional(), effect: z.enum(TaintEffect) })).optional(),
        machines: z.array(machine),
      }),
    )
    .default([]),
});

/** What the cluster's Node is told of its machine. */
const node = {
  labels: z.record(text, text).optional(),
  zone: text.optional(),
  region: text.optional(),
  providerId: text.optional(),
  dnsNames: z.array(text).optional(),
};

/** Containers on this machine. */
export const labSchema = z.strictObject({
  source: z.literal("lab"),
  subnet: text,
  ...lists(z.strictObject({ name: text, address: text, ...node })),
});

/** Machines that are there already. */
export const staticSchema = z.strictObject({
  source: z.literal("static"),
  ssh: z
    .strictObject({
      user: text.default("root"),
      port: z.int().default(22),
      proxy: z
        .strictObject({ host: text, user: text.default("root"), port: z.int().default(22), hostKey: text })
        .optional(),
    })
    .prefault({}),
  ...lists(
    z.strictObject({
      name: text,
      address: text,
      privateAddress: text.optional(),
      user: text.optional(),
      port: z.int().optional(),
      hostKey: text,
      ...node,
    }),
  ),
});

/** Machines made on EC2. */
export const awsSchema = z.strictObject({ ...awsFields, ...lists(awsMachine) });

/** The key `machines`. */
export const machinesSchema = z.discriminatedUnion("source", [labSchema, staticSchema, awsSchema]);

/** The values of `machines.source`. */
export const sources = machinesSchema.options.map((option) => option.shape.source.value);

/** The machines of the lab, as configured. */
export type LabSettings = z.infer<typeof labSchema>;
/** Machines that are there already, as configured. */
export type StaticSettings = z.infer<typeof staticSchema>;
/** Machines on EC2, as configured. */
export type AwsSettings = z.infer<typeof awsSchema>;
