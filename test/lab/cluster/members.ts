import { expect } from "vitest";
import type { Any, Lab } from "../../support/lab";

/** Holds when exactly these are members of etcd, each started, a voter, and healthy, and each says the same of all. */
export async function hasVoters(lab: Lab, names: string[]): Promise<void> {
  for (const asked of names) await knowsVoters(lab, asked, names);
  const health = await lab.etcd(names[0], "endpoint", "health", "--cluster");
  expect(health.map((member: Any) => member.health)).toEqual(names.map(() => true));
}

/** Holds when a member knows exactly these, each as a voter. */
export async function knowsVoters(lab: Lab, asked: string, names: string[]): Promise<void> {
  const { members } = await lab.etcd(asked, "member", "list");
  expect(members.map(({ name, isLearner = false }: Any) => [name, isLearner]).sort(), asked).toEqual(
    [...names].sort().map((name) => [name, false]),
  );
}
