#!/usr/bin/env bash
# Brings a living control plane to what is configured by now.
#
#   control-plane.sh NODE NAMESPACES
#
# NAMESPACES: where to wait for this node's pods, comma-separated; empty where there is no network to make a node ready.
# Input: address, kubeadm.yaml, pki/ca.crt, etcd-data-dir or etcd-endpoints; where there are any software/, patches/,
# security/, approver/. What would be written today is compared with what is there, and only what differs is put in
# place, part by part (rollout.sh). Guarantees: nothing is started again unless all other control planes are ready and
# etcd can spare its member; what does not become healthy gets back what it had, and the step fails; a run that was
# interrupted is gone on with. Who calls it sees to it that it is one machine's turn at a time.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load node kube record encryption approver rollout/rollout rollout/runtime rollout/certificates rollout/static-pods
load rollout/kubelet

# others_are_ready NODE: all but that, as the cluster knows them.
others_are_ready() {
  local node address
  while read -r node address; do
    [ "$node" = "$1" ] || kube_ready_at "$address" ||
      { echo "the API server of $node at $address is not ready" && return 1; }
  done < <(kube_control_planes)
}

guard() {
  poll 120 "every other API server to be ready, before $1 changes" others_are_ready "$1"
}

# What machines that join later are made by, and what runs on every node. The first machine that works with it does it.
publish() {
  local before
  poll 120 "the cluster's configuration" record_read
  ! record_is_current || return 0
  begin "publishing the changed configuration"
  record_upload rollout all
  before=$(kube_proxy_version)
  logged rollout kubeadm init phase addon kube-proxy --config "$INPUT/kubeadm.yaml" ||
    fail "kubeadm could not change kube-proxy" "" "see $LOGS/rollout.log on $(hostname)"
  [ "$(kube_proxy_version)" = "$before" ] ||
    kube -n kube-system rollout restart daemonset kube-proxy >/dev/null
  record_note_current
}

kube_proxy_version() {
  kube -n kube-system get configmap kube-proxy -o 'jsonpath={.metadata.resourceVersion}'
}

# One minor after another, with drain and order, is an upgrade, and more than a roll-out can do.
refuse_upgrade() {
  local running
  poll 120 "the cluster's configuration" record_read
  running=$(record_version)
  [ "$running" = "$(node_version)" ] ||
    fail "the cluster runs Kubernetes $running; configured is $(node_version)" "$running" \
      "set kubernetesVersion back; upgrading a living cluster is not supported yet"
}

reconcile() {
  local node=$1 address=$2 namespaces=$3 pods pod
  begin "comparing $node with its configuration"
  node_place_security
  node_place_patches
  rollout_run "$node" "$address" runtime certificates static_pods kubelet
  pods=$(static_pods_changed)
  approver_run
  begin "waiting for $node to be up"
  for pod in $pods; do
    PAUSE=2 poll 300 "the API to show the changed $pod of $node" static_pods_shown "$pod" "$node"
  done
  kube_await_node "$node" "$namespaces"
  backup_drop
  publish
  node_tidy_security
  record_note_own
  say "$node is as configured; pods that were started again: ${pods:-none}"
}

main() {
  local node=$1 namespaces=$2 address
  address=$(cat "$INPUT/address")
  node_is_member || fail "$node is not a control plane of this cluster" "one that has joined" "'pulumi up' joins it"
  encryption_write_first
  if record_own_is_current && ! backup_is_unverified; then
    say "$node is as configured"
    return
  fi
  use_work
  refuse_upgrade
  record_refuse_immutable
  reconcile "$node" "$address" "$namespaces"
}

main "$@" </dev/null
