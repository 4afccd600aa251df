#!/usr/bin/env bash
# Makes this machine a worker of the cluster, and waits until its Node is Ready.
#
#   join.sh NODE NAMESPACES
#
# NAMESPACES: where to wait for this node's pods, comma-separated; empty where there is no network to make a node ready.
# Input: join.yaml, discovery.conf (a kubeconfig that lets a kubelet ask for its certificate, valid for an hour or two),
# pki/ca.crt, software/; where there are any patches/. The machine gets the version of Kubernetes
# that the cluster has. Neither a key of the cluster nor an administrator's certificate ever comes here.
# Guarantees: a worker of the cluster is left as it is; a half-done join is cleared and repeated; a control plane and a
# machine of another cluster are refused unchanged.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load record software drain

DISCOVERY=/etc/kubernetes/discovery.conf
# The kubelet's own identity sees its Node and the pods on it, and that is all there is to ask.
KUBELET=/etc/kubernetes/kubelet.conf

# Succeeds when an earlier run was through on this machine.
is_worker() {
  [ -f "$NODE_MARKER" ] && [ "$(cat "$NODE_MARKER")" = "$(node_fingerprint "$INPUT/pki/ca.crt")" ] && [ -f "$KUBELET" ]
}

refuse_control_plane() {
  [ ! -f "$MANIFESTS/kube-apiserver.yaml" ] || fail "$(hostname) is a control plane" "a machine for a worker" \
    "take it off the control planes and run 'pulumi up', which resets it; then add it to the workers"
}

# kubeadm refuses to join beside a Node of this name that looks Ready, as that of a machine which was replaced does for
# 40 s.
stale_node_down() {
  local status
  status=$(kube get node "$1" --ignore-not-found \
    -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}') || return 1
  echo "$status"
  [ "$status" != True ]
}

join_cluster() {
  local node=$1
  if node_has_traces; then
    say "found a half-done kubeadm join; clearing it"
    node_clear
  fi
  node_clear_network
  node_place_patches
  place "$INPUT/discovery.conf" "$DISCOVERY" 0600 || true
  kube_use "$DISCOVERY"
  poll 120 "the cluster's configuration" record_read
  software_take "$(record_version)"
  poll 120 "the API server to know this machine, and the Node $node of an earlier one to be down" stale_node_down \
    "$node"
  begin "kubeadm join on $node"
  logged join kubeadm join --config "$INPUT/join.yaml" ||
    fail "kubeadm join failed on $node" "" \
      "read $LOGS/join.log on $node; 'pulumi up' clears what it left and tries again"
  rm -f "$DISCOVERY"
  node_mark_member
}

# A worker whose Node was deleted registers it again when its kubelet starts.
register_again() {
  local found
  found=$(kube get node "$1" --ignore-not-found -o name) || return 0
  [ -n "$found" ] || systemctl restart kubelet
}

# take_pods NODE: the Node is that of the machine before, which let none come to it any more when it left.
take_pods() {
  local mark
  mark=$(kube_ask get node "$1" -o "jsonpath={.metadata.annotations.$DRAIN_MARK}")
  [ -z "$mark" ] || drain_unmark "$1"
}

main() {
  local node=$1 namespaces=$2 joined=0
  mkdir -p "$LOGS"
  node_refuse_foreign
  refuse_control_plane
  if is_worker; then
    say "$node is a worker already"
    kube_use "$KUBELET"
    register_again "$node"
  else
    join_cluster "$node"
    joined=1
  fi
  kube_use "$KUBELET"
  begin "waiting for $node to be up"
  kube_await_node "$node" "$namespaces"
  [ "$joined" = 0 ] || take_pods "$node"
  say "$node is up after $SECONDS s"
}

main "$@" </dev/null
