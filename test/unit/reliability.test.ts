import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { all } from "../lab/interruptions/changes";
import { merged, type Row, rowsOf, table } from "../lab/interruptions/table";
import { root } from "../support/place";

const row = (step: string, seconds: string): Row => ({
  step,
  when: "middle",
  fault: "engine killed",
  run: "killed",
  outcome: "healthy",
  seconds,
});

test("a table is read as it was written", () => {
  const rows = [row("join", "12"), row("leave", "")];
  expect(rowsOf(table(rows))).toEqual(rows);
});

test("a later run's rows take the place of an earlier one's, and the others stay", () => {
  expect(merged([row("join", "12"), row("leave", "40")], [row("leave", "50"), row("init", "3")])).toEqual([
    row("join", "12"),
    row("leave", "50"),
    row("init", "3"),
  ]);
});

test("the page has every interruption that the suite has, and no other", () => {
  const page = readFileSync(join(root, "docs/reliability.md"), "utf8");
  const published = rowsOf(page.slice(page.indexOf("| step |")).trimEnd().split("\n"));
  const known = all.flatMap(({ interruptions }) => interruptions);
  const key = ({ step, when, fault }: { step: string; when: string; fault: string }) => `${step}, ${when}, ${fault}`;
  expect(published.map(key).sort()).toEqual(known.map((each) => key({ ...each, fault: each.fault.name })).sort());
});
