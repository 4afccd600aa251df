import type { KubeadmClusterArgs } from "../components";

/** Options that are maps, of which each key has its own default. */
const maps = ["kubelet", "kubeProxy"] as const;

/** Options that are lists of what may be besides, which add up. */
const lists = ["ignorePreflightErrors"] as const;

/**
 * What is configured over what a source of machines brings along. An entry of the user's in a map or a list takes none
 * of the source's own away; every other option is one whole. Pure.
 */
export function withDefaults<Options extends Partial<KubeadmClusterArgs>>(
  options: Options,
  defaults: Partial<KubeadmClusterArgs>,
): Partial<KubeadmClusterArgs> & Options {
  const merged = { ...defaults, ...options };
  for (const key of maps) merged[key] = { ...defaults[key], ...options[key] };
  for (const key of lists) {
    const all = [...(defaults[key] ?? []), ...(options[key] ?? [])];
    merged[key] = all.length > 0 ? [...new Set(all)] : undefined;
  }
  return merged;
}
