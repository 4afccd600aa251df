#!/usr/bin/env bash
# What only one machine of an external etcd may do at a time. Run by join.sh while it holds the cluster's lock.
#
#   turn.sh join|prune|restart NAME
#
# Environment: PEERS, client URLs of members. Input: see machine.sh. Guarantees: no voter is removed or restarted unless etcd
# keeps its quorum meanwhile; an etcd that does not come up with another unit gets back the one it had.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"
# shellcheck source=components/etcd/quorum.sh
. "$here/quorum.sh"
# shellcheck source=components/etcd/machine.sh
. "$here/machine.sh"

prune() {
  local ids id
  ids=$(unwanted) || fail "etcd does not tell its members" "a majority of them up"
  for id in $ids; do
    remove_member "$id" "a member that is not to be any more"
  done
}

# Those that etcd can spare at once; a dead one would keep it from taking a learner. The others can wait until this one is in.
prune_dead() {
  local ids id
  ids=$(unwanted) || fail "etcd does not tell its members" "a majority of them up"
  for id in $ids; do
    ! quorum_after_removal "$id" >/dev/null || remove_member "$id" "a member that is not to be any more"
  done
}

# As a learner first: it has no vote before it has caught up.
join() {
  local name=$1 line client id cluster
  prune_dead
  line=$(member_at "$name" "$(peer_url "$name")")
  IFS='|' read -r id _ _ _ client _ <<<"$line"
  # A seat that nobody was ever up in is ours: from an interrupted run, or from the birth of the cluster.
  if [ -n "$line" ] && [ -n "$client" ]; then
    remove_member "$id" "the member $name of an earlier machine"
    line=
  fi
  if [ -z "$line" ]; then
    begin "adding $name to etcd"
    # etcd wants 5 s of connections to every voter before it adds one.
    poll 120 "etcd to take a learner" etcd member add "$name" --learner --peer-urls="$(peer_url "$name")"
  fi
  # A member that never started has no name yet; only this machine's can be in that state, for changes go by turns.
  cluster=$(members | awk -F'|' -v name="$name" -v url="$(peer_url "$name")" \
    '{ printf "%s%s=%s", sep, $4 == url ? name : $3, $4; sep = "," }')
  first_start existing "$cluster"
  poll 300 "$name to catch up and get its vote" voter "$name"
}

restart() {
  local name=$1 id
  ! runs_as_asked || return 0
  id=$(member_at "$name" "$(peer_url "$name")" | cut -d'|' -f1)
  begin "restarting etcd on $name"
  poll 15 "an etcd that can spare $name for a moment" quorum_during_restart "$id"
  yield_leadership "$id"
  cp -p "$UNIT" "$UNIT.before"
  place_unit "$INPUT/etcd.service"
  systemctl restart --no-block etcd
  (poll 60 "$name to be a healthy voter again" up_again "$name") || put_back "$name"
  rm -f "$UNIT.before"
}

up_again() {
  runs_as_asked && voter "$1"
}

put_back() {
  local log
  log=$(journalctl --unit=etcd --output=cat --lines=100 | grep -vE '"level":"(info|debug|warn)"|^[A-Z][a-z]+ing |^(Started|Stopped)|^ |systemd|etcd.service' | tail -n 3 | cut -c1-300 | xargs -d '\n')
  place_unit "$UNIT.before"
  rm -f "$UNIT.before"
  systemctl restart --no-block etcd
  poll 60 "$1 to be a healthy voter with the settings that it had" voter "$1"
  fail "etcd on $1 does not come up with the changed settings: $log" "flags that etcd accepts" \
    "put cluster.etcd right; etcd runs with the settings that it had"
}

main() {
  "$@"
}

main "$@" </dev/null
