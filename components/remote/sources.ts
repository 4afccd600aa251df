import { readFileSync } from "node:fs";
import { join } from "node:path";

const components = join(__dirname, "..");

/** The shell files of a step: text by `<room>/<file>.sh`, `remote/lib.sh` first, which all of them source. */
export function shellSources(...files: string[]): Record<string, string> {
  const all = ["remote/lib.sh", ...files];
  return Object.fromEntries(all.map((file) => [file, readFileSync(join(components, file), "utf8")]));
}
