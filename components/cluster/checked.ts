import * as pulumi from "@pulumi/pulumi";
import { problemText } from "../values/problems";
import { type Known, laterEndpoint } from "./checks/plan";
import type { KubeadmClusterArgs } from "./cluster";
import { validate } from "./validate";
import { type Release, releaseOf } from "./versions";

/** The tested companions of the version; throws one error with every problem, before any resource is registered. */
export function checkedRelease(args: KubeadmClusterArgs): Release {
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
  const problems = validate(plan, { machines: "", options: "" }).map(({ path, message }) => ({
    // A list in a configuration's `machines` is called etcd; among the arguments that is the name of its options.
    path: path.replace(/^etcd(?=\[|$)/, "etcdMachines"),
    message: message.replace(/\betcd(?=\[)/g, "etcdMachines"),
  }));
  const release = releaseOf(args.kubernetesVersion);
  if (problems.length > 0 || release === undefined) throw new pulumi.RunError(problemText(problems));
  return release;
}

function known<T>(value: T): Known<T> {
  const plain = (part: unknown): unknown => {
    if (pulumi.Output.isInstance(part) || part instanceof Promise) return undefined;
    if (Array.isArray(part)) return part.map(plain);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, plain(each)]));
  };
  return plain(value) as Known<T>;
}
