import { expect, test } from "vitest";
import { previewsTable } from "../bench/figures";

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
