import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../support/place";

/** What came of one interruption. */
export interface Row {
  /** The step that was under way. */
  step: string;
  /** How far it was. */
  when: string;
  /** What went wrong. */
  fault: string;
  /** What became of the run. */
  run: string;
  /** What came of one more. */
  outcome: string;
  /** Seconds of that. */
  seconds: string;
}

const columns = ["step", "when", "fault", "run", "outcome", "seconds"] as const;
const heads = ["step", "when", "fault", "that run", "one `up` more", "seconds"];

/** The table, as lines of Markdown. */
export function table(rows: Row[]): string[] {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), `|${"---|".repeat(heads.length)}`, ...rows.map((row) => line(columns.map((name) => row[name])))];
}

/** The rows of a table. */
export function rowsOf(lines: string[]): Row[] {
  return lines.slice(2).map((line) => {
    const cells = line.slice(2, -2).split(" | ");
    return Object.fromEntries(columns.map((name, i) => [name, cells[i]])) as unknown as Row;
  });
}

/** Rows that are there, with those of a run in the place of what an earlier one had of the same. */
export function merged(former: Row[], rows: Row[]): Row[] {
  const key = ({ step, when, fault }: Row) => [step, when, fault].join("|");
  const byKey = new Map([...former, ...rows].map((row) => [key(row), row]));
  return [...byKey.values()];
}

/** Puts them into the page, if this is a run to be published: `KUBEADM_HA_PUBLISH` is set. */
export function publish(rows: Row[], page = join(root, "docs/reliability.md")): void {
  if (!process.env.KUBEADM_HA_PUBLISH || !existsSync(page)) return;
  const lines = readFileSync(page, "utf8").split("\n");
  const begin = lines.findIndex((line) => line.startsWith("| step | when |"));
  const end = lines.findIndex((line, i) => i > begin && !line.startsWith("|"));
  lines.splice(begin, end - begin, ...table(merged(rowsOf(lines.slice(begin, end)), rows)));
  writeFileSync(page, lines.join("\n"));
}
