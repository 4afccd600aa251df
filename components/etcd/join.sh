#!/usr/bin/env bash
# Makes this machine a member of an external etcd, makes the member list the one that was asked for, and waits until this
# member is a healthy voter.
#
#   join.sh NAME NAMES     NAMES: all members, comma-separated (for the reader of a preview; the addresses are in the input)
#
# Input: see machine.sh. Guarantees: a member is left as it is, and restarted only when what it is started with has changed;
# a machine without data never begins a cluster of its own: it takes a seat that a living member has for it. One change of
# membership or restart at a time in the whole cluster (a lock in etcd), and none that the quorum does not allow.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"
# shellcheck source=components/etcd/quorum.sh
. "$here/quorum.sh"
# shellcheck source=components/etcd/machine.sh
. "$here/machine.sh"

# in_turn VERB…: holds the cluster's lock meanwhile; one that is lost with its machine is free after the 30 s.
in_turn() {
  doing="waiting for another member's turn to be over"
  PEERS=$PEERS DEADLINE=$((DEADLINE - SECONDS)) etcd lock --ttl=30 kubeadm-ha/etcd bash "$here/turn.sh" "$@" || exit 1
}

# What it waits for may be another machine's turn to join, so it waits before it takes its own.
restart_in_turn() {
  local id
  id=$(member_at "$1" "$(peer_url "$1")" | cut -d'|' -f1)
  poll 300 "an etcd that can spare $1 for a moment" quorum_during_restart "$id"
  in_turn restart "$1"
}

# At the birth of the cluster there is no quorum to ask. A member that has a free seat for this machine, in a cluster in
# which nobody was ever up, invites it: nothing was written there yet, so a start with state "new" can lose nothing.
# Prints the cluster as etcd's --initial-cluster has it.
invitation() {
  local other list
  for other in $(others "$1"); do
    list=$(peer_members "$other" 2>/dev/null) || continue
    if grep -qxF "$(peer_url "$1") $1 free" <<<"$list" && ! grep -q ' seated$' <<<"$list"; then
      awk '{ printf "%s%s=%s", sep, $2, $1; sep = "," }' <<<"$list"
      return
    fi
  done
  return 1
}

# Prints "quorum" when the other members have one, or an invitation.
way_in() {
  if members >/dev/null 2>&1; then
    echo quorum
  elif ! invitation "$1"; then
    echo "of $(others "$1" | xargs), no majority answers, and none has a seat for $1 that was never taken; without data $1 begins no cluster of its own"
    return 1
  fi
}

# Succeeds when the others have no seat for this machine: it was removed, and its data are of no use.
was_removed() {
  local list
  list=$(members 2>/dev/null) || return 1
  ! grep -qF "|$(peer_url "$1")|" <<<"$list"
}

main() {
  local name=$1 way gone PEERS
  begin "looking at etcd on $name"
  refuse_foreign
  place_files
  # shellcheck disable=SC2046  # a word is a name
  PEERS=$(client_urls $(others "$name"))
  if has_data && was_removed "$name"; then
    say "$name was removed from etcd; clearing its data"
    systemctl stop etcd
    rm -rf "$DATA/member"
  fi
  if ! has_data; then
    systemctl stop etcd 2>/dev/null || true
    begin "joining etcd as $name"
    poll 180 "a way into etcd" way_in "$name"
    way=$(way_in "$name")
    if [ "$way" = quorum ]; then in_turn join "$name"; else first_start new "$way"; fi
  elif ! systemctl is-active --quiet etcd; then
    place_unit "$INPUT/etcd.service"
    systemctl restart --no-block etcd
  fi
  PEERS+=,https://127.0.0.1:2379
  poll 180 "$name to be a healthy voter of etcd" voter "$name"
  runs_as_asked || restart_in_turn "$name"
  gone=$(unwanted) || fail "etcd does not tell its members" "a majority of them up"
  [ -z "$gone" ] || in_turn prune
  say "$name is a member of etcd after $SECONDS s"
}

main "$@" </dev/null
