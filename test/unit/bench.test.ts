import { expect, test } from "vitest";
import { previewsTable, unchangedTable } from "../bench/figures";

test("a preview with nothing to do is compared pair by pair", () => {
  const pair = (cpu: number, wall: number) => ({ pulumi: { cpu, wall }, empty: { cpu: 1, wall: 2 } });
  expect(unchangedTable([pair(1.5, 3), pair(10, 1), pair(1.25, 5), pair(1.75, 4)])).toEqual([
    "no change                   CPU s                       s",
    "empty            1.0 (1.0 to 1.0)        2.0 (2.0 to 2.0)",
    "pulumi          1.6 (1.3 to 10.0)        3.5 (1.0 to 5.0)",
    "ratio        1.63 (1.25 to 10.00)     1.75 (0.50 to 2.50)",
  ]);
});

test("a worker's share is what it adds to a preview with fewer of them", () => {
  expect(
    previewsTable([
      { workers: 10, cpu: 3.24, wall: 4, memory: 218 },
      { workers: 100, cpu: 12.24, wall: 13, memory: 326 },
    ]),
  ).toEqual([
    "workers          CPU s            s          MiB CPU s/worker     s/worker   MiB/worker",
    "10                 3.2          4.0          218",
    "100               12.2         13.0          326        0.100        0.100        1.200",
  ]);
});
