import { readFileSync } from "node:fs";
import type { ControlPlaneOptions } from "../../components/kubeadm/options";
import { InstallMode, type InstallOptions } from "../../components/software/options";

/** What `make lab` found and built on this machine; it leaves the file and names it in `KUBEADM_HA_LAB`. */
export interface LabFacts {
  /** The container engine: podman or docker. */
  engine: string;
  /** The machine image; its tag changes with its content. */
  image: string;
  /** The bundle that machines install from: a directory on this machine, and the SHA-256 of its SHA256SUMS. */
  bundle: { path: string; sha256: string };
  /** Whether this machine still has cgroup v1. */
  cgroupV1: boolean;
  /** Whether containers may have CAP_SYS_RESOURCE. */
  capSysResource: boolean;
}

/** Where a lab machine sees the bundle. */
const bundleMount = "/opt/kubeadm-ha/bundle";

/** Reads the facts that `make lab` left. */
export function readLabFacts(): LabFacts {
  const path = process.env.KUBEADM_HA_LAB;
  if (!path) throw new Error("KUBEADM_HA_LAB is not set: the lab's machines are made by `make up` or `lab/pulumi up`");
  return JSON.parse(readFileSync(path, "utf8"));
}

/** How lab machines get their software: from the bundle that is mounted into each. */
export function labInstall(facts: LabFacts): InstallOptions {
  return {
    mode: InstallMode.Bundle,
    source: bundleMount,
    sha256: facts.bundle.sha256,
    restrictOomScoreAdj: !facts.capSysResource,
    swapInContainers: true,
  };
}

/** What a cluster in containers needs on this machine, and only there. */
export function labOptions(
  facts: LabFacts,
): Pick<ControlPlaneOptions, "kubelet" | "kubeProxy" | "ignorePreflightErrors"> {
  const oomScore = facts.capSysResource ? {} : { oomScoreAdj: 0 };
  return {
    kubelet: {
      // All machines share this machine's disk and memory: its fill level says nothing about one of them, and an image
      // that is collected cannot be pulled again.
      evictionHard: {
        "memory.available": "100Mi",
        "nodefs.available": "1%",
        "imagefs.available": "1%",
        "nodefs.inodesFree": "1%",
      },
      imageGCHighThresholdPercent: 100,
      // Containers see this machine's swap, which is not theirs to switch off. Pods do not use it.
      failSwapOn: false,
      ...(facts.cgroupV1 ? { failCgroupV1: false } : {}),
      ...oomScore,
    },
    // Containers may not write the host's net.netfilter settings.
    kubeProxy: { conntrack: { maxPerCore: 0, min: 0 }, ...oomScore },
    ignorePreflightErrors: ["NumCPU", "Mem", "Swap", ...(facts.cgroupV1 ? ["SystemVerification"] : [])],
  };
}
