import type { DerivedName } from "../../machine/names";
import type { Problem } from "../../values/problems";
import { clusterNames } from "../names";
import type { ClusterPlan, Paths } from "./plan";

/** Names that are different, and would come to the same resource. */
export function nameProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  const first = new Map<string, DerivedName>();
  return clusterNames("<cluster>", plan, paths).flatMap((each) => {
    const { kind, name, given, path } = each;
    const other = first.get(`${kind} ${name}`);
    if (other === undefined) first.set(`${kind} ${name}`, each);
    // What is there twice is refused as such.
    if (other === undefined || other.given === given) return [];
    const owner = path.replace(/\.name$/, "");
    const message =
      `"${other.given}" and "${given}" of ${owner} would both have the resource "${name}"; give one of them another ` +
      "name";
    return [{ path: other.path, message }];
  });
}
