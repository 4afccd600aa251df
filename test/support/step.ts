import { renderStep } from "../../components/remote/render";
import { shellSources } from "../../components/remote/sources";

/** A step's text for `bash -s`, as it would travel to a machine: for a test that runs one step by itself. */
export function stepText(script: string, input: Record<string, string>): string {
  return renderStep({ script, sources: shellSources(script), input, deadline: 600, instanceId: "a machine" });
}
