#!/usr/bin/env bash
# Brings a living worker to what is configured by now, when the control planes are.
#
#   worker.sh NODE NAMESPACES
#
# NAMESPACES: as for control-plane.sh. Input: kubeadm.yaml, address, pki/ca.crt; where there are any software/,
# patches/.
# Guarantees: pods go on running; what does not become healthy gets back what it had, and the step fails; a run that was
# interrupted is gone on with.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load node kube record rollout/rollout rollout/runtime rollout/kubelet

# Neither containerd nor a kubelet that starts again stops a pod.
guard() {
  :
}

main() {
  local node=$1 namespaces=$2
  kube_use /etc/kubernetes/kubelet.conf
  [ -f "$NODE_MARKER" ] || fail "$node is not a worker of this cluster" "one that has joined" "'pulumi up' joins it"
  if record_own_is_current && ! backup_is_unverified; then
    say "$node is as configured"
    return
  fi
  use_work
  begin "comparing $node with its configuration"
  node_place_patches
  rollout_run "$node" "$(cat "$INPUT/address")" runtime kubelet
  kube_await_node "$node" "$namespaces"
  backup_drop
  record_note_own
  say "$node is as configured"
}

main "$@" </dev/null
