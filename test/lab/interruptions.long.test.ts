import { afterAll, beforeAll, describe, test } from "vitest";
import { Lab } from "../support/lab";
import { all } from "./interruptions/changes";
import { endsWell } from "./interruptions/run";
import { Belongings } from "./interruptions/settled";
import { type Row, table } from "./interruptions/table";

// Every kind of change, and every kind of fault at its beginning, in its middle and at its end, in one life of a
// cluster. `KUBEADM_HA_PUBLISH=1` puts what came of it into docs/reliability.md.

const lab = new Lab("interruptions");
const belongings = new Belongings();
const rows: Row[] = [];

beforeAll(() => lab.begin());
afterAll(async () => {
  console.log(table(rows).join("\n"));
  await lab.end();
});

describe("whatever interrupts it, one up more brings it to its end", () => {
  test.each(all)("$name", async (change) => {
    rows.push(...(await endsWell(lab, change, belongings)));
    await belongings.add(lab);
  });
});
