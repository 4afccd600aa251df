/**
 * Prints a table of what was measured: `report.ts previews`, with lines of numbers on standard input, of workers,
 * CPU seconds, seconds and MiB.
 */
import { readFileSync } from "node:fs";
import { previewsTable } from "./figures";

const tables: Record<string, (rows: number[][]) => string[]> = {
  previews: (rows) => previewsTable(rows.map(([workers, cpu, wall, memory]) => ({ workers, cpu, wall, memory }))),
};

const rows = readFileSync(0, "utf8").trimEnd().split("\n");
for (const line of tables[process.argv[2]](rows.map((row) => row.split(" ").map(Number)))) console.log(line);
