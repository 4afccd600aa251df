/** The tables of previews that the benchmark prints, from what it measured. Pure. */

/** What a preview took: CPU seconds of all processes, and seconds. */
export interface Used {
  cpu: number;
  wall: number;
}

/** A preview of a living stack and one of an empty program, one right after the other. */
export interface Pair {
  pulumi: Used;
  empty: Used;
}

/** A first preview; memory is the most that the program has had, in MiB. */
export interface First extends Used {
  workers: number;
  memory: number;
}

/** Previews with nothing to do: medians and ranges of both, and of the ratios of pairs. */
export function unchangedTable(pairs: Pair[]): string[] {
  const row = (name: string, digits: number, value: (pair: Pair, column: keyof Used) => number) => {
    const values = (column: keyof Used) => pairs.map((pair) => value(pair, column));
    return line(name, [spread(values("cpu"), digits), spread(values("wall"), digits)], 24);
  };
  return [
    line("no change", ["CPU s", "s"], 24),
    row("empty", 1, ({ empty }, column) => empty[column]),
    row("pulumi", 1, ({ pulumi }, column) => pulumi[column]),
    row("ratio", 2, ({ pulumi, empty }, column) => pulumi[column] / empty[column]),
  ];
}

/** First previews: what each took, then what a worker adds, which is the difference to the row before. */
export function previewsTable(rows: First[]): string[] {
  const columns = ["cpu", "wall", "memory"] as const;
  const titles = ["CPU s", "s", "MiB"];
  const cells = (row: First, i: number) => {
    const before = rows[i - 1];
    const added = columns.map((column) =>
      before ? ((row[column] - before[column]) / (row.workers - before.workers)).toFixed(3) : "",
    );
    return [row.cpu.toFixed(1), row.wall.toFixed(1), row.memory.toFixed(0), ...added];
  };
  return [
    line("workers", [...titles, ...titles.map((title) => `${title}/worker`)], 13),
    ...rows.map((row, i) => line(String(row.workers), cells(row, i), 13)),
  ];
}

/** The median, and from where to where the values go. */
function spread(values: number[], digits: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  const median = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
  const [middle, least, most] = [median, sorted[0], sorted[sorted.length - 1]].map((value) => value.toFixed(digits));
  return `${middle} (${least} to ${most})`;
}

function line(name: string, cells: string[], width: number): string {
  return (name.padEnd(9) + cells.map((cell) => cell.padStart(width)).join("")).trimEnd();
}
