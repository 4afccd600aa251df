import { stringify } from "yaml";
import type { ControlPlaneOptions, Patch } from "./options";

/** Where kubeadm finds patches on a machine. */
export const patchesDirectory = "/etc/kubernetes/patches";

/** What of a control plane is patched: what kubeadm has no setting for, then what the user wants. */
export function controlPlanePatches({ patches = [] }: ControlPlaneOptions, stacked: boolean): Patch[] {
  const pods = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", ...(stacked ? ["etcd"] : [])];
  return [...pods.map(startsSoon), ...patches];
}

/**
 * kubeadm asks a starting pod first after 10 s, then every 10 s, and so calls one ready 20 s late, at each start. The
 * limit stays what `timeouts.controlPlaneComponentHealthCheck` makes it: 10 minutes.
 */
function startsSoon(name: string): Patch {
  const startupProbe = { initialDelaySeconds: 1, periodSeconds: 2, failureThreshold: 300 };
  return { target: name, patch: stringify({ spec: { containers: [{ name, startupProbe }] } }) };
}

/** Patches as files of kubeadm's patches directory, text by file name. */
export function patchFiles(list: Patch[]): Record<string, string> {
  // kubeadm reads target, optional suffix and type from the name, and applies files in alphabetical order.
  return Object.fromEntries(
    list.map(({ target, type, patch }, index) => [
      `${target}${String(index).padStart(2, "0")}+${type ?? "strategic"}.yaml`,
      patch,
    ]),
  );
}
