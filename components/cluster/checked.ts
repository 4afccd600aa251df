import * as pulumi from "@pulumi/pulumi";
import { known } from "../machine/known";
import { takeNames, takenNames } from "../machine/names";
import { agentProblems } from "../remote/agent";
import { problemText } from "../values/problems";
import { laterEndpoint } from "./checks/plan";
import type { KubeadmClusterArgs } from "./cluster";
import { clusterNames } from "./names";
import { validate } from "./validate";
import { type Release, releaseOf } from "./versions";

/**
 * The tested companions of the version, for a cluster of that name below PARENT; throws one error with every
 * problem, before any resource is registered.
 */
export function checkedRelease(name: string, args: KubeadmClusterArgs, parent?: pulumi.Resource): Release {
  const {
    controlPlanes,
    loadBalancers = [],
    etcdMachines: etcd = [],
    workerPools = [],
    controlPlaneEndpoint = args.controlPlaneEndpoint && laterEndpoint,
    ...options
  } = known(args);
  const plan = {
    controlPlanes,
    loadBalancers,
    etcd,
    workerPools,
    options: { ...options, controlPlaneEndpoint },
  };
  const paths = { machines: "", options: "" };
  const cluster = { word: "cluster", name, parent, names: clusterNames(name, plan, paths) };
  const problems = [...validate(plan, paths), ...takenNames(cluster), ...agentProblems()].map(({ path, message }) => ({
    // A list in a configuration's `machines` is called etcd; among the arguments that is the name of its options.
    path: path.replace(/^etcd(?=\[|$)/, "etcdMachines"),
    message: message.replace(/\betcd(?=\[)/g, "etcdMachines"),
  }));
  const release = releaseOf(args.kubernetesVersion);
  if (problems.length > 0 || release === undefined)
    throw new pulumi.RunError(problemText(problems, `KubeadmCluster "${name}"`));
  takeNames(cluster);
  return release;
}
