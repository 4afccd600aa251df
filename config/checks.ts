import { laterEndpoint } from "../components/cluster/checks/plan";
import { agentProblems, validate } from "../components/cluster/validate";
import type { Problem } from "../components/values/problems";
import type { Config } from "../config";
import { sourceOf } from "../sources";
import { configPaths } from "../sources/lists";
import type { SchemaError } from "./schema-errors";

/** What is wrong around the program, before anything is made: every source has machines that SSH reaches. */
export function environmentProblems(): SchemaError[] {
  return agentProblems().map((problem) => ({ ...problem, keys: [problem.path] }));
}

/** Problems that no schema sees. Those at or below a path that has a schema error already are left out. */
export function semanticProblems(config: Config, known: string[] = []): Problem[] {
  const { machines, cluster, authorities } = config;
  const source = sourceOf(machines);
  const controlPlaneEndpoint =
    cluster.controlPlaneEndpoint ?? (source.bringsEndpoint?.(machines) ? laterEndpoint : undefined);
  const problems = [
    ...validate({ ...machines, options: { ...cluster, controlPlaneEndpoint, authorities } }, configPaths),
    ...source.checks(machines, config),
  ];
  return problems.filter(
    (problem) => !known.some((path) => problem.path === path || problem.path.startsWith(`${path}.`)),
  );
}
