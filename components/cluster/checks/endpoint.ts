import { isHost } from "../addresses";
import type { Problem } from "../problems";
import type { ClusterPlan, Paths } from "./plan";

/** Where clients reach the API: load balancers of this cluster, or an endpoint that the user brings. */
export function endpointProblems(plan: ClusterPlan, paths: Paths): Problem[] {
  const problems: Problem[] = [];
  const { controlPlaneEndpoint } = plan;
  const balancers = plan.loadBalancers.length;
  if (controlPlaneEndpoint === undefined ? balancers !== 1 : balancers !== 0) {
    problems.push({
      path: `${paths.machines}loadBalancers`,
      message:
        controlPlaneEndpoint === undefined
          ? `${balancers} load balancers; expected: 1, or none together with controlPlaneEndpoint, the address of one that you run yourself`
          : `${balancers} load balancers beside controlPlaneEndpoint "${controlPlaneEndpoint}"; expected: one or the other`,
    });
  }
  if (controlPlaneEndpoint !== undefined) {
    const [, host, port] =
      /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(controlPlaneEndpoint)?.filter((x) => x !== undefined) ?? [];
    if (!(isHost(host ?? "") && Number(port) > 0 && Number(port) < 65536)) {
      problems.push({
        path: `${paths.options}controlPlaneEndpoint`,
        message: `"${controlPlaneEndpoint}" is no host:port; example: api.example.com:6443`,
      });
    }
  }
  return problems;
}
