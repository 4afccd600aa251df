/**
 * Prints a table of what was measured: `report.ts unchanged|previews`, with lines of numbers on standard input, of CPU
 * seconds and seconds: of an empty program and of the stack, each two; or WORKERS, those two, and MiB.
 */
import { readFileSync } from "node:fs";
import { previewsTable, unchangedTable } from "./figures";

const tables: Record<string, (rows: number[][]) => string[]> = {
  unchanged: (rows) =>
    unchangedTable(
      rows.map(([cpu, wall, ...pulumi]) => ({ empty: { cpu, wall }, pulumi: { cpu: pulumi[0], wall: pulumi[1] } })),
    ),
  previews: (rows) => previewsTable(rows.map(([workers, cpu, wall, memory]) => ({ workers, cpu, wall, memory }))),
};

const rows = readFileSync(0, "utf8").trimEnd().split("\n");
for (const line of tables[process.argv[2]](rows.map((row) => row.split(" ").map(Number)))) console.log(line);
