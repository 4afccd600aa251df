import { isDnsLabel } from "../../values/addresses";
import type { Problem } from "../../values/problems";
import { isLabelKey, isLabelValue, labelKeyRule, labelValueRule } from "./nodes";
import type { ClusterPlan, Paths } from "./plan";

/** Names, labels and taints of worker pools. */
export function workerProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  const problems: Problem[] = [];
  const check = (ok: boolean, path: string, message: string) => {
    if (!ok) problems.push({ path, message });
  };
  const key = (text: string, path: string) =>
    check(isLabelKey(text), path, `"${text}" is not a valid key; ${labelKeyRule}`);
  const value = (text: string, path: string) =>
    check(isLabelValue(text), path, `"${text}" is not a valid value; ${labelValueRule}`);
  plan.workerPools.forEach((pool, i) => {
    const path = `${paths.machines}workerPools[${i}]`;
    const first = plan.workerPools.findIndex(({ name }) => name === pool.name);
    check(
      first === i,
      `${path}.name`,
      `name "${pool.name}" is taken by ${paths.machines}workerPools[${first}]; every pool needs its own`,
    );
    check(
      isDnsLabel(pool.name),
      `${path}.name`,
      `"${pool.name}" is not a DNS label; allowed: lowercase letters, digits and inner hyphens, 63 at most`,
    );
    for (const [name, text] of Object.entries(pool.labels ?? {})) {
      const label = `${path}.labels.${name}`;
      key(name, label);
      value(text, label);
      check(name !== "kubeadm-ha/pool", label, "the pool's name is this label's value; leave it out");
    }
    const seen = new Map<string, number>();
    pool.taints?.forEach((taint, j) => {
      const at = `${path}.taints[${j}]`;
      key(taint.key, `${at}.key`);
      value(taint.value ?? "", `${at}.value`);
      const same = seen.get(`${taint.key}:${taint.effect}`);
      check(same === undefined, at, `key and effect are those of taints[${same}]; a Node has one taint of each`);
      seen.set(`${taint.key}:${taint.effect}`, same ?? j);
    });
  });
  return problems;
}
