#!/usr/bin/env bash
# Gives birth to an external etcd: starts its first member with `initial-cluster-state new`, once in the cluster's life.
#
#   init.sh NAME
#
# Input: see machine.sh. It does not wait for a quorum: the others, who find their seats at this member's peer port, make it.
# Guarantees: where this machine has data or any other member answers, the cluster exists and nothing is done.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"
# shellcheck source=components/etcd/quorum.sh
. "$here/quorum.sh"
# shellcheck source=components/etcd/machine.sh
. "$here/machine.sh"

main() {
  local name=$1 other cluster=
  refuse_foreign
  if has_data; then
    say "etcd exists on $name already"
    return
  fi
  place_files
  for other in $(others "$name"); do
    if peer_members "$other" >/dev/null 2>&1; then
      say "etcd exists already: $other is a member"
      return
    fi
  done
  while read -r other _; do
    cluster+=",$other=$(peer_url "$other")"
  done <"$INPUT/members"
  begin "starting the first member of etcd on $name"
  first_start new "${cluster#,}"
  poll 60 "etcd on $name to listen to its peers" peer_members "$name"
}

main "$@" </dev/null
