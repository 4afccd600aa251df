import { z } from "zod";
import { sshPort } from "../../components/values/ports";
import { lists, nodeFields } from "../lists";
import { proxySchema } from "../ssh";

const text = z.string();

/** The key `machines` for existing machines. */
export const staticSchema = z.strictObject({
  source: z.literal("static"),
  ssh: z
    .strictObject({
      user: text.default("root"),
      port: z.int().default(sshPort),
      proxy: proxySchema.optional(),
    })
    .prefault({}),
  ...lists(
    z.strictObject({
      name: text,
      address: text,
      privateAddress: text.optional(),
      secondAddress: text.optional(),
      user: text.optional(),
      port: z.int().optional(),
      hostKey: text,
      instanceId: text.optional(),
      ...nodeFields,
    }),
  ),
});

/** Existing machines, as configured. */
export type StaticConfig = z.infer<typeof staticSchema>;
