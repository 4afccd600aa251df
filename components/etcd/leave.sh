#!/usr/bin/env bash
# Takes this machine's member out of an external etcd, and resets the machine.
#
#   leave.sh NAME keep|reset
#
# NAME: the member's. keep: the machine goes with the stack, and is not reset.
# Input: members (this machine's line), data-dir, pki/ca.crt. One that was taken off the list is no member any more
# (members.sh).
# Guarantees: the member is removed by the others, under the cluster's lock and only if etcd can spare its voter; where
# the quorum does not allow it nothing is changed. A member that does not answer here is left to who takes its place.
# Where the whole cluster goes (dissolve.sh) nobody is asked. Of an etcd of another cluster nothing is touched.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load member leaving dissolving reset

leave() {
  local name=$1 list id
  if ! list=$(etcd_members 2>/dev/null); then
    say "note: etcd on $name does not answer; its member is removed by the others"
    return
  fi
  id=$(awk -F'|' -v url="$(member_peer_url "$name")" '$4 == url { print $1 }' <<<"$list")
  [ -n "$id" ] || return 0
  etcd_use_members "$id" <<<"$list"
  etcd_hold 900
  leaving_guard "$name" "$id"
  etcd_remove "$id" "the member $name"
  etcd_release
  say "$name has left etcd"
}

main() {
  local name=$1
  if [ ! -f "$MEMBER_OWNER" ]; then
    say "$(hostname) has no etcd of this cluster any more"
  elif [ "$(head -n 1 "$MEMBER_OWNER")" != "$(member_owner | head -n 1)" ]; then
    say "$(hostname) has an etcd of another cluster now; it is left as it is"
    return
  else
    dissolving_here || leave "$name"
    systemctl disable --quiet --now etcd 2>/dev/null || true
  fi
  [ "$2" = keep ] || reset_etcd
}

main "$@" </dev/null
