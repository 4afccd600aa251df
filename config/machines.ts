import { z } from "zod";
import { awsSchema } from "../sources/aws/schema";
import { labSchema } from "../sources/lab/schema";
import { staticSchema } from "../sources/static/schema";

/** The key `machines`. */
export const machinesSchema = z.discriminatedUnion("source", [labSchema, staticSchema, awsSchema]);

/** The values of `machines.source`. */
export const sourceNames = machinesSchema.options.map((option) => option.shape.source.value);
