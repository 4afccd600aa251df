import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { register } from "ts-node";
import { beforeAll, expect, test } from "vitest";
import { type Known, recordUrns } from "../support/urns";

/** By stack: what version 0.1 had there that a removal does harm to; steps without a `delete` are none of it. */
const formers = join(__dirname, "former");

/** What those stacks had that those of stacks/ have not. */
// biome-ignore lint/suspicious/noExplicitAny: configuration as a stack has it
const changes: Record<string, (config: any) => object> = {
  lab: ({ machines, cluster }) => ({
    machines: {
      ...machines,
      loadBalancers: [
        { name: "lb-1", address: "10.89.40.8" },
        { name: "lb-2", address: "10.89.40.9" },
      ],
      workerPools: [{ name: "general", machines: [{ name: "worker-1", address: "10.89.40.21" }] }],
    },
    cluster: { ...cluster, loadBalancer: { virtualAddress: "10.89.40.10" } },
  }),
};

// The program loads its part on AWS by a `require` of its own, which knows nothing of vitest.
beforeAll(() => {
  register({ transpileOnly: true });
});

/** Stacks that version 0.1 had; those that came later are without such a file. */
const stackOf = (file: string) => file.replace(/^Pulumi\.|(\.example)?\.yaml$/g, "");
const stacks = readdirSync(join(__dirname, "../../stacks")).filter((file) =>
  existsSync(join(formers, `${stackOf(file)}.txt`)),
);

test("there are as many stacks as were there", () => expect(stacks).toHaveLength(readdirSync(formers).length));

test.each(stacks)("%s: a stack of version 0.1 keeps what it has", async (file) => {
  const stack = stackOf(file);
  const resources = await recordUrns(file, changes[stack] ?? ((config) => config));
  const byUrn = new Map<string, Known[]>();
  for (const each of resources)
    for (const urn of new Set([each.urn, ...each.aliases])) byUrn.set(urn, [...(byUrn.get(urn) ?? []), each]);
  const former = readFileSync(join(formers, `${stack}.txt`), "utf8")
    .trim()
    .split("\n");
  const now = former.map((urn) => [urn, byUrn.get(urn)?.map((each) => typeOf(each.urn))]);
  // One and no other, and no provider would take what another kind of resource has left.
  expect(now).toEqual(former.map((urn) => [urn, [typeOf(urn)]]));
  for (const each of former.filter((urn) => urn.endsWith("-workers-settle")).flatMap((urn) => byUrn.get(urn) ?? []))
    expect([each.deletes, each.triggers], "all workers would leave").toEqual([false, false]);
});

const typeOf = (urn: string) => urn.split("::")[0].split("$").pop();
