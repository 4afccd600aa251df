import { z } from "zod";
import { lists, nodeFields } from "../lists";

/** The key `machines` for containers on this machine. */
export const labSchema = z.strictObject({
  source: z.literal("lab"),
  subnet: z.string(),
  ...lists(
    z.strictObject({ name: z.string(), address: z.string(), secondAddress: z.string().optional(), ...nodeFields }),
  ),
});

/** The machines of the lab, as configured. */
export type LabConfig = z.infer<typeof labSchema>;
