import { InstallMode } from "../../host/host";
import type { Problem } from "../problems";
import type { ClusterPlan, Paths } from "./plan";

/** Where machines get their software. */
export function installProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  const problems: Problem[] = [];
  if (plan.install?.mode !== InstallMode.Bundle) return problems;
  const { source = "", sha256 = "" } = plan.install;
  if (!/^(\/|https?:\/\/)/.test(source)) {
    problems.push({
      path: `${paths.options}install.source`,
      message: `"${source}" is neither an absolute directory nor an http(s) address`,
    });
  }
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    problems.push({
      path: `${paths.options}install.sha256`,
      message: `"${sha256}" is no SHA-256; expected: 64 hex digits, 'sha256sum SHA256SUMS' prints it`,
    });
  }
  return problems;
}
