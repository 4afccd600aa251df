/**
 * Sums up what kube-bench found: `counts.ts WAY`, with its JSON on standard input. Prints a line for each target: how
 * many checks passed, failed, and are for a person to look at; then those that failed.
 */
import { readFileSync } from "node:fs";

interface Part {
  node_type: string;
  total_pass: number;
  total_fail: number;
  total_warn: number;
  tests: { results: { test_number: string; test_desc: string; status: string }[] }[];
}

const [way] = process.argv.slice(2);
const { Controls: parts } = JSON.parse(readFileSync(0, "utf8")) as { Controls: Part[] };

function row(target: string, counted: Part[]): void {
  const sum = (key: "total_pass" | "total_fail" | "total_warn") =>
    counted.reduce((total, part) => total + part[key], 0);
  const cells = [sum("total_pass"), sum("total_fail"), sum("total_warn")].map((count) => String(count).padStart(5));
  console.log([way.padEnd(8), target.padEnd(14), ...cells].join(" "));
}

for (const part of parts) row(part.node_type, [part]);
row("all", parts);
for (const { test_number, test_desc, status } of parts.flatMap(({ tests }) => tests.flatMap(({ results }) => results)))
  if (status === "FAIL") console.log(`  FAIL ${test_number} ${test_desc}`);
