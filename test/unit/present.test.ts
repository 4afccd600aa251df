import { describe, expect, test } from "vitest";
import { judgeMembers, type Member } from "../../config/present";
import { staticConfig } from "../support/fixtures";
import { only, problems } from "../support/problems";

/** Machines by name; `cp-1@7` is one at another address. */
const list = (names: string): Member[] =>
  names.split(" ").map((each) => {
    const [name, at = name.split("-")[1]] = each.split("@");
    return { name, address: `10.0.0.${at}` };
  });
const members = (controlPlanes: string | Member[], etcd?: string, generation = "1") => ({
  generation,
  controlPlanes: typeof controlPlanes === "string" ? list(controlPlanes) : controlPlanes,
  etcd: etcd ? list(etcd) : [],
});
const judge = (before: string, after: string | Member[], giveUp?: string[]) =>
  judgeMembers(members(before), members(after), giveUp);

const [three, five] = ["cp-1 cp-2 cp-3", "cp-1 cp-2 cp-3 cp-4 cp-5"];

describe("passes", () => {
  test.each([
    ["what is as it was", three, three],
    ["three to five", three, five],
    ["five to three", five, "cp-1 cp-3 cp-5"],
    ["another first by name", three, "cp-4 cp-2 cp-3"],
    ["another first by address", three, "cp-1@7 cp-2 cp-3"],
    ["three to five, one of them another", three, "cp-1@7 cp-2 cp-3 cp-4 cp-5"],
    ["three to five without one that is lost", three, "cp-2 cp-3 cp-4 cp-5 cp-6"],
    ["another order", three, "cp-3 cp-1 cp-2"],
    ["one that goes and one that is replaced, of five", five, "cp-1@7 cp-2 cp-3 cp-4 cp-6"],
  ])("%s", (_, before, after) => {
    expect(judge(before, after)).toEqual({ problems: [], notes: [] });
  });

  test("everything, before there is a cluster, and where it is another", () => {
    const other = members("cp-7 cp-8 cp-9");
    expect(judgeMembers(undefined, other).problems).toEqual([]);
    expect(judgeMembers(members(three, undefined, "0"), other).problems).toEqual([]);
  });

  test("where a source gives machines their addresses, the same names", () => {
    expect(judge(three, [{ name: "cp-1" }, { name: "cp-2" }, { name: "cp-3" }]).problems).toEqual([]);
  });
});

describe("is refused", () => {
  test.each([
    ["one by name and one by address, of three", three, "cp-1@7 cp-2 cp-4", /^1 of the 3 .* stays .* \(cp-2\).* 2 at/],
    ["two by address, of three", three, "cp-1@7 cp-2@8 cp-3", /^1 of the 3 present control planes stays/],
    ["all of three", three, "cp-4 cp-5 cp-6", /^0 of the 3 present control planes stay .* \(none\); allowed: 2 at/],
    ["five to three with another one", five, "cp-1 cp-2 cp-6", /^2 of the 5 present control planes stay .* 3 at least/],
    ["seven to three", `${five} cp-6 cp-7`, three, /^3 of the 7 present control planes stay .* 4 at least/],
    [
      "two by address, of five",
      five,
      "cp-1@7 cp-2@8 cp-3 cp-4 cp-5",
      /^2 of the 5 .* are replaced \(cp-1, cp-2\).* 1 in/,
    ],
  ])("%s", (_, before, after, message) => {
    const { problems } = judge(before, after);
    expect(problems).toEqual([{ path: "machines.controlPlanes", message: expect.stringMatching(message) }]);
    expect(problems[0].message).toContain(`before: ${before.replaceAll(" ", ", ")}; after: cp-`);
    expect(problems[0].message).toContain("in several runs of 'pulumi up', one machine after the other");
  });

  test("the same of an etcd on machines of its own", () => {
    const { problems } = judgeMembers(members(three, "etcd-1 etcd-2 etcd-3"), members(three, "etcd-1 etcd-4 etcd-5"));
    expect(problems).toEqual([
      { path: "machines.etcd", message: expect.stringMatching(/^1 of the 3 .* of etcd stays/) },
    ]);
  });

  test("names that stay where a source gives machines their addresses, and others that do not", () => {
    expect(judge(three, [{ name: "cp-1" }, { name: "cp-4" }, { name: "cp-5" }]).problems).toHaveLength(1);
  });
});

describe("giveUp", () => {
  const lost = ["cp-1 10.0.0.1", "cp-3 10.0.0.3"];

  test("is in the message, for each machine that is missing in it", () => {
    expect(judge(three, "cp-4 cp-2 cp-5").problems[0].message).toMatch(/giveUp with "cp-1 10.0.0.1", "cp-3 10.0.0.3"$/);
    expect(judge(three, "cp-4 cp-2 cp-5", lost.slice(1)).problems[0].message).toMatch(/giveUp with "cp-1 10.0.0.1"$/);
  });

  test("lets pass what the machines do that it names, and says so", () => {
    expect(judge(three, "cp-4 cp-2 cp-5", lost)).toEqual({
      problems: [],
      notes: [expect.stringMatching(/^giveUp: 1 of the 3 .* etcd's quorum is counted on the machines all the same$/)],
    });
    expect(judge(five, "cp-1@7 cp-2 cp-3@8 cp-4 cp-5", lost).problems).toEqual([]);
  });

  test("is spent once they are gone: machines that have their names now are others", () => {
    const { problems, notes } = judge("cp-1@7 cp-2 cp-3@8", "cp-1@9 cp-2 cp-3@6", lost);
    expect(problems).toHaveLength(1);
    expect(notes).toEqual(
      lost.map((entry) => `giveUp: "${entry}" has no effect, for no such machine leaves; take it out`),
    );
  });

  test("lets nothing pass by itself", () => {
    expect(judge(three, "cp-4 cp-2 cp-3", lost)).toEqual({
      problems: [],
      notes: [expect.stringContaining("cp-3 10.0.0.3")],
    });
  });

  test("has a name and an address of each", () => {
    expect(problems({ ...staticConfig, giveUp: lost })).toEqual([]);
    expect(only({ ...staticConfig, giveUp: ["cp-1"] })).toBe(
      'giveUp[0]: "cp-1" is not a machine\'s name and address; example: "cp-2 10.0.0.12"',
    );
  });
});
