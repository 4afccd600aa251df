#!/usr/bin/env bash
# Pods of a machine whose kubelet has stopped: their processes, mounts and network namespaces. Sourced, never run.

# What containerd holds for pods.
RESET_PODS_RUNTIME=/run/containerd

# By the kernel, for containerd waits for each; what records that keeps of them go where it answers.
reset_pods() {
  begin "ending the pods on $(hostname)"
  poll 30 "the processes of pods on $(hostname) to end" reset_pods_kill
  if timeout 10 ctr --connect-timeout 2s version >/dev/null 2>&1; then
    reset_pods_by_runtime tasks rm -f
    reset_pods_by_runtime containers rm
  fi
  reset_pods_unmount "$RESET_PODS_RUNTIME/io.containerd.runtime.v2.task/k8s.io" \
    "$RESET_PODS_RUNTIME/io.containerd.grpc.v1.cri"
  reset_pods_namespaces
}

# reset_pods_by_runtime KIND WORD…: of the namespace of Kubernetes alone.
reset_pods_by_runtime() {
  local ids
  ids=$(timeout 20 ctr -n k8s.io "$1" list -q 2>/dev/null) || return 0
  xargs -r timeout 20 ctr -n k8s.io "$@" <<<"$ids" >/dev/null 2>&1 || true
}

# Succeeds when there are no processes of pods.
reset_pods_kill() {
  local pids
  pids=$(reset_pods_processes | sort -un | xargs)
  [ -n "$pids" ] || return 0
  # shellcheck disable=SC2086  # a word is a number
  kill -KILL $pids 2>/dev/null || true
  echo "$pids"
  return 1
}

# Those in the kubelet's own cgroup (of every controller, before version 2), and those that watch over them for
# containerd. A container on this machine may be a node itself: its cgroups lie deeper, and its PIDs are its own.
reset_pods_processes() {
  local root file own
  for root in /sys/fs/cgroup/kubepods* /sys/fs/cgroup/*/kubepods*; do
    [ ! -d "$root" ] || find "$root" -name cgroup.procs -exec cat {} + 2>/dev/null || true
  done
  own=$(readlink /proc/self/ns/pid)
  while read -r file; do
    file=${file%/cmdline}
    [ "$(readlink "$file/ns/pid")" != "$own" ] || echo "${file##*/}"
  done < <(grep -lsaP "containerd-shim[^\\0/]*\\0(.*\\0)?-namespace\\0k8s\\.io\\0(.*\\0)?$RESET_PODS_RUNTIME/" \
    /proc/[0-9]*/cmdline)
}

# reset_pods_unmount DIRECTORY…: what is mounted below, so that nothing of a volume is ever removed with what holds it.
# One that does not answer any more is detached.
reset_pods_unmount() {
  local directory mount left
  for directory; do
    while read -r mount; do
      timeout 20 umount "$mount" 2>/dev/null || timeout 20 umount -f "$mount" 2>/dev/null ||
        timeout 20 umount -l "$mount" 2>/dev/null || true
    done < <(reset_pods_mounts "$directory" | tac)
    left=$(reset_pods_mounts "$directory" | xargs)
    [ -z "$left" ] || fail "still mounted on $(hostname): $left" "nothing below $directory" \
      "unmount that by hand, or boot the machine again; then 'pulumi up' goes on"
  done
}

# reset_pods_mounts DIRECTORY: in the order in which they were mounted.
reset_pods_mounts() {
  local mount
  while read -r _ _ _ _ mount _; do
    mount=$(printf '%b' "$mount")
    [[ $mount != "$1"/* ]] || echo "$mount"
  done </proc/self/mountinfo
}

# Those that containerd made for pods, and in which nobody runs any more: others give them such names, too.
reset_pods_namespaces() {
  local path pids
  for path in /run/netns/cni-*; do
    [ -e "$path" ] || continue
    pids=$(timeout 10 ip netns pids "${path##*/}" 2>/dev/null) || true
    [ -n "$pids" ] || timeout 10 ip netns delete "${path##*/}" 2>/dev/null || true
  done
}
