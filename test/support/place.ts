import { createHash } from "node:crypto";
import { join } from "node:path";
import { output } from "./process";

/** This clone. */
export const root = join(__dirname, "../..");

/** The environment of `lab/env` in which Pulumi runs here. */
export async function labEnvironment(stack: string): Promise<NodeJS.ProcessEnv> {
  const script = 'environment=$(lab/env) && eval "$environment" && env -0';
  const environment = await output(["bash", "-c", script], { cwd: root, env: { ...process.env, STACK: stack } });
  return Object.fromEntries(environment.split("\0").map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

/** Four hex digits that tell two texts apart. */
export function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 4);
}
