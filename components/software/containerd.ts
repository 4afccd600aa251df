import { registryDirectory } from "./registries";

/** What containerd's configuration depends on. */
export interface ContainerdValues {
  /** The image of the pod sandbox; the one that kubeadm's version names. */
  sandboxImage: string;
  /** Set where the machine lacks CAP_SYS_RESOURCE and may not lower a process's OOM score. */
  restrictOomScoreAdj: boolean;
}

/** The configuration of containerd 2 (schema version 3) for a kubelet with the systemd cgroup driver. */
export function containerdConfig(values: ContainerdValues): string {
  const images = "plugins.'io.containerd.cri.v1.images'";
  const runtime = "plugins.'io.containerd.cri.v1.runtime'";
  return `version = 3
[${images}.pinned_images]
  sandbox = '${values.sandboxImage}'
[${images}.registry]
  config_path = '${registryDirectory}'
[${runtime}]
  restrict_oom_score_adj = ${values.restrictOomScoreAdj}
[${runtime}.containerd.runtimes.runc]
  runtime_type = 'io.containerd.runc.v2'
[${runtime}.containerd.runtimes.runc.options]
  SystemdCgroup = true
`;
}

/**
 * The same for containerd 1 (schema version 2), which distributions still have. Some of them look for CNI plugins
 * elsewhere.
 */
export function containerd1Config(values: ContainerdValues): string {
  const cri = "plugins.'io.containerd.grpc.v1.cri'";
  return `version = 2
[${cri}]
  sandbox_image = '${values.sandboxImage}'
  restrict_oom_score_adj = ${values.restrictOomScoreAdj}
[${cri}.registry]
  config_path = '${registryDirectory}'
[${cri}.cni]
  bin_dir = '/opt/cni/bin'
[${cri}.containerd.runtimes.runc]
  runtime_type = 'io.containerd.runc.v2'
[${cri}.containerd.runtimes.runc.options]
  SystemdCgroup = true
`;
}
