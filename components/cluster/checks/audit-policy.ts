import { parse } from "yaml";

const levels = ["None", "Metadata", "Request", "RequestResponse"];
const stages = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"];

/** A rule as somebody wrote it: every field may be anything. */
type Rule = { [field: string]: unknown };

/**
 * What is wrong with an audit policy; an API server with one that is not as this says does not start:
 * https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
 */
export function policyProblem(text: string): string | undefined {
  const policy = read(text);
  if (policy?.apiVersion !== "audit.k8s.io/v1" || policy.kind !== "Policy" || list(policy.rules).length === 0)
    return (
      "is not a valid audit policy; expected: YAML with apiVersion audit.k8s.io/v1, kind Policy and at least one " +
      "rule"
    );
  const problems = [
    ...stageProblems("omitStages", policy.omitStages),
    ...list(policy.rules).flatMap((rule, i) => ruleProblems(`rules[${i}]`, (rule ?? {}) as Rule)),
  ];
  return problems.length > 0 ? `is not a valid audit policy: ${problems.join("; ")}` : undefined;
}

function read(text: string): Rule | undefined {
  try {
    return parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function ruleProblems(path: string, rule: Rule): string[] {
  const { level, nonResourceURLs, resources, namespaces, omitStages } = rule;
  const urls = list(nonResourceURLs).map(String);
  const named = list(resources) as { resources?: unknown; resourceNames?: unknown }[];
  const found = level === undefined ? "missing" : `"${level}"`;
  return [
    ...(levels.includes(String(level)) ? [] : [`${path}.level is ${found}, allowed: ${levels.join(", ")}`]),
    ...stageProblems(`${path}.omitStages`, omitStages),
    ...urls
      .filter((url) => url !== "*" && !/^\/[^*]*\*?$/.test(url))
      .map((url) => `"${url}" in ${path}.nonResourceURLs, allowed: "*", or a slash first and a * last at most`),
    ...(urls.length > 0 && list(resources).length + list(namespaces).length > 0
      ? [`${path} has nonResourceURLs beside resources or namespaces, allowed: a rule for each`]
      : []),
    ...(named.some((each) => list(each?.resourceNames).length > 0 && list(each?.resources).length === 0)
      ? [`${path}.resources has resourceNames without resources, expected: whose names they are`]
      : []),
  ];
}

function stageProblems(path: string, value: unknown): string[] {
  return list(value)
    .filter((stage) => !stages.includes(String(stage)))
    .map((stage) => `"${stage}" in ${path}, allowed: ${stages.join(", ")}`);
}
