/** The tables of previews that the benchmark prints, from what it measured. Pure. */

/** A first preview: CPU seconds of all processes, seconds, and the most memory that the program has had, in MiB. */
export interface First {
  cpu: number;
  wall: number;
  workers: number;
  memory: number;
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

function line(name: string, cells: string[], width: number): string {
  return (name.padEnd(9) + cells.map((cell) => cell.padStart(width)).join("")).trimEnd();
}
