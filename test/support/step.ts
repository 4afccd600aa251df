import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderStep } from "../../components/remote/render";

const components = join(__dirname, "../../components");

/** A step's text for `bash -s`, as it would travel to a machine: for a test that runs one step by itself. */
export function stepText(script: string, uses: string[], input: Record<string, string>): string {
  const sources = Object.fromEntries(
    ["remote/lib.sh", ...uses, script].map((file) => [file, readFileSync(join(components, file), "utf8")]),
  );
  return renderStep({ script, sources, input, deadline: 600, incarnation: "a machine" });
}
