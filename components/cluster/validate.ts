import type { Problem } from "../values/problems";
import { certificateProblems } from "./checks/certificates";
import { componentConfigProblems } from "./checks/component-configs";
import { endpointProblems } from "./checks/endpoint";
import { etcdProblems } from "./checks/etcd";
import { familyProblems } from "./checks/families";
import { flagProblems } from "./checks/flags";
import { installProblems } from "./checks/install";
import { machineProblems } from "./checks/machines";
import { nameProblems } from "./checks/names";
import { networkProblems } from "./checks/network";
import { nodeProblems } from "./checks/nodes";
import { optionProblems } from "./checks/options";
import type { ClusterPlan, Paths } from "./checks/plan";
import { podProblems } from "./checks/pods";
import { securityProblems } from "./checks/security";
import { workerProblems } from "./checks/workers";

const checks = [
  machineProblems,
  nameProblems,
  nodeProblems,
  endpointProblems,
  etcdProblems,
  installProblems,
  optionProblems,
  flagProblems,
  podProblems,
  componentConfigProblems,
  securityProblems,
  networkProblems,
  familyProblems,
  workerProblems,
  certificateProblems,
];

export { agentProblems } from "../remote/agent";

/** Everything that semantic checks find; whoever read the input has checked it against a schema. Pure. */
export function validate(plan: ClusterPlan, paths: Paths): Problem[] {
  return checks.flatMap((check) => check(plan, paths));
}
