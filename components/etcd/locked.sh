#!/usr/bin/env bash
# Adds this machine to an external etcd. Run by join.sh while it holds the cluster's lock.
#
#   locked.sh NAME
#
# Environment: MEMBERS, client URLs of those to ask. Input: see shell/member.sh. Guarantees: a learner first, with no
# vote before it has caught up; no voter is removed unless etcd keeps its quorum.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load member

# Those that etcd can spare at once; a dead one would keep it from taking a learner. The others can wait until this one
# is in.
prune_dead() {
  local ids id
  ids=$(member_unwanted) || fail "etcd does not tell its members" "a majority of them up"
  for id in $ids; do
    ! etcd_quorum_after_removal "$id" >/dev/null || etcd_remove "$id" "a member that is not to be any more"
  done
}

# As a learner first: it has no vote before it has caught up.
add_learner() {
  local name=$1 line client id cluster
  prune_dead
  line=$(etcd_member "$name" "$(member_peer_url "$name")")
  IFS='|' read -r id _ _ _ client _ <<<"$line"
  # A slot that was never started is ours: from an interrupted run, or from the initial bootstrap.
  if [ -n "$line" ] && [ -n "$client" ]; then
    etcd_remove "$id" "the member $name of an earlier machine"
    line=
  fi
  if [ -z "$line" ]; then
    begin "adding $name to etcd"
    # etcd wants 5 s of connections to every voter before it adds one.
    poll 120 "etcd to take a learner" etcd_ctl member add "$name" --learner --peer-urls="$(member_peer_url "$name")"
  fi
  # A member that never started has no name yet; only this machine's can be in that state, for changes go by turns.
  cluster=$(etcd_members | awk -F'|' -v name="$name" -v url="$(member_peer_url "$name")" \
    '{ printf "%s%s=%s", sep, $4 == url ? name : $3, $4; sep = "," }')
  member_first_start existing "$cluster"
  poll 300 "$name to catch up and get its vote" member_is_voter "$name"
}

main() {
  etcd_use "$MEMBERS"
  add_learner "$1"
}

main "$@" </dev/null
