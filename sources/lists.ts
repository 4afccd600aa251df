import { z } from "zod";
import { TaintEffect } from "../components";

const text = z.string();

/** The lists of machines that every source has, of whatever describes one machine there. */
export const lists = <Machine extends z.ZodType>(machine: Machine) => ({
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

/** What the Node of a machine is told of it. */
export const nodeFields = {
  labels: z.record(text, text).optional(),
  zone: text.optional(),
  region: text.optional(),
  providerId: text.optional(),
  dnsNames: z.array(text).optional(),
};

/** The paths of a configuration. */
export const configPaths = { machines: "machines.", options: "cluster." };
