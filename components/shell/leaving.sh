#!/usr/bin/env bash
# How a control plane leaves the cluster: what the one that leaves does, and another in its stead. Sourced, never run.
# The caller sees to it that the API that is asked is that of a control plane which stays.
load etcd kube node drain admitted

# Seconds that the drain of one may take.
LEAVING_DRAIN=300
# No cluster of this project has fewer than three control planes. So this many voters stay when one leaves, and while
# one is replaced another one is not.
LEAVING_VOTERS=2

# leaving_drain NODE: no pod comes to it any more, and those it has move, as far as it is alive.
leaving_drain() {
  local node=$1 found
  found=$(kube_ask get node "$node" --ignore-not-found -o name)
  [ -n "$found" ] || return 0
  drain_mark "$node"
  drain_if_alive "$node" "$LEAVING_DRAIN"
}

# leaving_member NODE [PEER_URL]: the id of its member of etcd; nothing where it has none. One that was never started
# has no name.
leaving_member() {
  poll 60 "the member list of etcd" etcd_members
  etcd_member "$1" "${2:-}" | cut -d'|' -f1
}

# leaving_spared ID: succeeds when etcd can spare it; prints what it counted.
leaving_spared() {
  local list stay
  list=$(etcd_members) || return 1
  etcd_quorum_after_removal "$1" || return 1
  stay=$(grep -v "^$1|" <<<"$list" | grep -c '|false$')
  if [ "$stay" -lt "$LEAVING_VOTERS" ]; then
    echo "$LEAVING_VOTERS voters are to stay: one machine after the other"
    return 1
  fi
}

# leaving_ask NODE: fails where etcd cannot spare it, before a pod is moved. Others may leave at the same time; so it is
# asked again under the lock.
leaving_ask() {
  local id
  id=$(leaving_member "$1")
  [ -z "$id" ] || leaving_guard "$1" "$id"
}

# leaving_guard NODE ID: returns when it may go.
leaving_guard() {
  begin "asking etcd whether it can spare $1"
  poll 300 "an etcd that can spare $1" leaving_spared "$2"
}

# leaving_forget NODE: the Node, and the leases that have its name.
leaving_forget() {
  kube_make delete node "$1" --ignore-not-found
  kube_make -n kube-node-lease delete lease "$1" --ignore-not-found
  kube_make -n kube-system delete lease --ignore-not-found \
    -l "apiserver.kubernetes.io/identity=kube-apiserver,kubernetes.io/hostname=$1"
}

# leaving_stragglers: control planes that were in an earlier list, are not in the present one, and yet are in the
# cluster by a Node or by a member of etcd. Fails where one of both does not tell.
leaving_stragglers() {
  local nodes members=""
  [ -s "$ADMITTED_FORMER" ] || return 0
  nodes=$(kube_ask get nodes -l node-role.kubernetes.io/control-plane \
    -o 'jsonpath={range .items[*]}{.metadata.name}{"\n"}{end}') || return 1
  if [ -n "$NODE_ETCD_DATA" ]; then
    poll 60 "the member list of etcd" etcd_members
    members=$(etcd_members) || return 1
  fi
  { cat <<<"$nodes" && awk -F'|' '{ print $3 }' <<<"$members"; } | sort -u | grep -xF -f "$ADMITTED_FORMER" || true
}

# leaving_finish NODE: takes one out that cannot do it itself; asked on one that stays.
leaving_finish() {
  local node=$1 id
  begin "taking $node out of the cluster, which did not leave by itself"
  [ -z "$NODE_ETCD_DATA" ] || leaving_ask "$node"
  leaving_drain "$node"
  if [ -n "$NODE_ETCD_DATA" ]; then
    id=$(leaving_member "$node")
    if [ -n "$id" ]; then
      etcd_hold 900
      leaving_guard "$node" "$id"
      etcd_remove "$id" "the member $node"
      etcd_release
    fi
  fi
  leaving_forget "$node"
  say "$node is out of the cluster"
}
