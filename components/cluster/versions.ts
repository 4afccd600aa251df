import releases from "./releases.json";

/** What goes with one minor version of Kubernetes. */
export interface Release {
  /** The image of the pod sandbox that kubeadm of this version names. */
  pause: string;
  /** The flannel image it was tested with. */
  flannel: string;
  /** The image with flannel's CNI plugin, for machines that no bundle brought it to. */
  flannelPlugin: string;
}

/**
 * The versions that were tested together, by minor version of Kubernetes. A version without a row is refused: kubeadm's
 * configuration format, image tags and join phases change between minors. The lab makes its images by the same table.
 */
const rows: { [minor: string]: (typeof releases)["1.36"] } = releases;

/** What goes with a version such as `1.36.3`, or undefined where it was never tested. */
export function releaseOf(kubernetesVersion: string): Release | undefined {
  const row = rows[/^(\d+\.\d+)\.(0|[1-9]\d*)$/.exec(kubernetesVersion)?.[1] ?? ""];
  return (
    row && {
      pause: `registry.k8s.io/pause:${row.pause}`,
      flannel: `ghcr.io/flannel-io/flannel:v${row.flannel}`,
      flannelPlugin: `ghcr.io/flannel-io/flannel-cni-plugin:v${row.flannelPlugin}`,
    }
  );
}

/** The versions that a message can offer. */
export function supportedVersions(): string {
  return Object.keys(rows)
    .map((minor) => `${minor}.x`)
    .join(", ");
}

/** The image of the pod sandbox, out of the registry that the others come from. */
export function sandboxImage({ pause }: Release, imageRepository = "registry.k8s.io"): string {
  return pause.replace("registry.k8s.io", imageRepository);
}
