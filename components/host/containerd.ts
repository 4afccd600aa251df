/** What containerd's configuration depends on. */
export interface ContainerdValues {
  /** The image of the pod sandbox; the one that kubeadm's version names. */
  sandboxImage: string;
  /** Set where the machine lacks CAP_SYS_RESOURCE and may not lower a process's OOM score. */
  restrictOomScoreAdj: boolean;
}

/** The configuration of containerd 2 (schema version 3) for a kubelet with the systemd cgroup driver. */
export function containerdConfig(values: ContainerdValues): string {
  const runtime = "plugins.'io.containerd.cri.v1.runtime'";
  return `version = 3
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = '${values.sandboxImage}'
[${runtime}]
  restrict_oom_score_adj = ${values.restrictOomScoreAdj}
[${runtime}.containerd.runtimes.runc]
  runtime_type = 'io.containerd.runc.v2'
[${runtime}.containerd.runtimes.runc.options]
  SystemdCgroup = true
`;
}
