/** One thing that is wrong with what the user asked for. */
export interface Problem {
  /** Where, as a path in the arguments or the configuration. */
  path: string;
  /** What is there, what is allowed, what to do. Lowercase, no period. */
  message: string;
}

/** One message with every problem, in the order of their paths; PART is what of a program has them. */
export function problemText(problems: Problem[], part?: string): string {
  const sorted = [...problems].sort((a, b) => a.path.localeCompare(b.path, "en", { numeric: true }));
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [
    part === undefined
      ? `the configuration has ${count}; nothing was touched:`
      : `${part} has ${count}; nothing of it was made:`,
    ...sorted.map((p) => `  ${p.path}: ${p.message}`),
  ].join("\n");
}
