import * as pulumi from "@pulumi/pulumi";
import { defaultDataDir } from "../kubeadm/etcd-flags";
import { leaveWords } from "../remote/on-removal";
import type { ReachedStep } from "../remote/reach";
import type { ControlPlaneArgs } from "./control-plane";

/** How a control plane leaves its cluster, whoever has it do so. */
export function leaveStep({
  pki,
  options,
  etcdEndpoints,
}: Pick<ControlPlaneArgs, "pki" | "options" | "etcdEndpoints">): ReachedStep {
  return {
    script: "control-plane/leave.sh",
    args: leaveWords,
    input: pulumi.output(pki).apply(
      (files): Record<string, string> => ({
        "pki/ca.crt": files["ca.crt"],
        ...(etcdEndpoints ? {} : { "etcd-data-dir": `${options.etcd?.dataDir ?? defaultDataDir}\n` }),
      }),
    ),
    // The drain, its turn among others, and the wait for a quorum.
    deadline: 1800,
  };
}
