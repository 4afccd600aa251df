#!/usr/bin/env bash
# Takes this control plane out of its cluster while the others serve, and resets the machine.
#
#   leave.sh NODE keep|reset
#
# NODE: what the machine is in the cluster. keep: the machine goes with the stack, and is not reset.
# Input: pki/ca.crt (the cluster's CA); etcd-data-dir where it has a member of etcd. Run on the machine that leaves, and
# repeated until it has.
# Guarantees: first its pods move, with heed of disruption budgets; then, under the cluster's lock and only if etcd can
# spare its voter and another API server is ready, its own API server serves what it has begun and ends, its member is
# removed, and its Node deleted. Where the quorum does not allow it nothing is changed. Of a machine that is not in this
# cluster, or in it under another name by now, nothing is touched. Where the whole cluster goes (dissolve.sh) nobody is
# asked.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load node leaving dissolving reset

# The API that is asked: of a control plane that stays.
ELSEWHERE=$INPUT/elsewhere.conf

# use_other NODE: another API server that is ready is asked from now on, whichever the load balancer has.
use_other() {
  local known name address
  known=$(kube_control_planes) || return 1
  while read -r name address; do
    if [ "$name" = "$1" ] || [ -z "$address" ] || ! kube_ready_at "$address"; then continue; fi
    (umask 077 && sed "s|^\( *server: \).*|\1https://$(url_host "$address"):6443|" \
      /etc/kubernetes/admin.conf >"$ELSEWHERE")
    awk -v node="$1" '$1 != node && $2 != ""' <<<"$known" >"$INPUT/others"
    return
  done <<<"$known"
  echo "no other control plane of ${known//$'\n'/, } has a ready API server"
  return 1
}

# Requests that have begun are served; it says at /readyz that it takes no more, and no load balancer sends it any.
stop_serving() {
  begin "letting the API server of $1 end what it serves"
  # It is what ends pods whose manifests are gone.
  systemctl start kubelet 2>/dev/null || true
  rm -f "$MANIFESTS"/kube-{apiserver,controller-manager,scheduler}.yaml
  poll 120 "the API server of $1 to end" api_server_ended
}

api_server_ended() {
  local listening
  listening=$(ss -Hltn 'sport = :6443') || return 1
  [ -z "$listening" ] || { echo "it listens on port 6443" && return 1; }
}

leave_etcd() {
  local node=$1 id url
  url=$(sed -n 's/^ *- --initial-advertise-peer-urls=//p' "$MANIFESTS/etcd.yaml" 2>/dev/null) || true
  id=$(leaving_member "$node" "$url")
  etcd_hold 900
  if [ -n "$id" ]; then leaving_guard "$node" "$id"; fi
  stop_serving "$node"
  if [ -n "$id" ]; then etcd_remove "$id" "the member $node"; fi
  etcd_release
  rm -f "$MANIFESTS/etcd.yaml"
}

leave() {
  local node=$1
  kube_use /etc/kubernetes/admin.conf
  poll 60 "another control plane of the cluster to be ready" use_other "$node"
  kube_use "$ELSEWHERE"
  if [ -n "$NODE_ETCD_DATA" ]; then
    # Through the other members, for this one is about to be none.
    etcd_use_nodes <"$INPUT/others"
    leaving_ask "$node"
  fi
  leaving_drain "$node"
  if [ -n "$NODE_ETCD_DATA" ]; then leave_etcd "$node"; else stop_serving "$node"; fi
  leaving_forget "$node"
  rm -f /etc/kubernetes/*admin.conf
  say "$node has left the cluster"
}

main() {
  ! node_is_another "$1" || return 0
  if [ ! -f /etc/kubernetes/admin.conf ]; then
    say "$(hostname) is no control plane any more"
  elif ! dissolving_here; then
    leave "$1"
  fi
  [ "$2" = keep ] || reset_node
}

main "$@" </dev/null
