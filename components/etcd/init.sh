#!/usr/bin/env bash
# Makes an external etcd: starts its first member with `initial-cluster-state new`, once in the cluster's life.
#
#   init.sh NAME
#
# Input: see shell/member.sh. It does not wait for a quorum: the others, who find their slots at this member's peer
# port, make it.
# Guarantees: where this machine has data or any other member answers, the cluster exists and nothing is done.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load member

main() {
  local name=$1 other cluster=
  member_refuse_foreign
  if member_has_data; then
    say "etcd exists on $name already"
    return
  fi
  member_place_files
  for other in $(member_others "$name"); do
    if member_list_at_peer "$other" >/dev/null 2>&1; then
      say "etcd exists already: $other is a member"
      return
    fi
  done
  while read -r other _; do
    cluster+=",$other=$(member_peer_url "$other")"
  done <"$INPUT/members"
  begin "starting the first member of etcd on $name"
  member_first_start new "${cluster#,}"
  poll 60 "etcd on $name to listen to its peers" member_list_at_peer "$name"
}

main "$@" </dev/null
