#!/usr/bin/env bash
# Makes this machine a member of an external etcd, and waits until it is a healthy voter.
#
#   join.sh NAME
#
# Input: see shell/member.sh. Guarantees: a member is left as it is; a machine without data never begins a cluster of
# its own: it takes a slot that a living member has for it. One change of membership at a time in the whole cluster (a
# lock in etcd), and none that the quorum does not allow.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load member

# At the initial bootstrap there is no quorum to ask. A member that has an unstarted slot for this machine, in a cluster
# in which nobody was ever up, names it: nothing was written there yet, so a start with state "new" can lose nothing.
# Prints the cluster as etcd's --initial-cluster has it.
initial_cluster() {
  local other list
  for other in $(member_others "$1"); do
    list=$(member_list_at_peer "$other" 2>/dev/null) || continue
    if grep -qxF "$(member_peer_url "$1") $1 unstarted" <<<"$list" && ! grep -q ' started$' <<<"$list"; then
      awk '{ printf "%s%s=%s", sep, $2, $1; sep = "," }' <<<"$list"
      return
    fi
  done
  return 1
}

# Prints how this machine joins: "existing" when the other members have a quorum, else the initial cluster.
join_mode() {
  if etcd_members >/dev/null 2>&1; then
    echo existing
  elif ! initial_cluster "$1"; then
    echo "of $(member_others "$1" | xargs), no majority answers, and none has a slot for $1 that was never started;" \
      "without data $1 begins no cluster of its own"
    return 1
  fi
}

# Succeeds when the others have no slot for this machine: it was removed, and its data are of no use.
was_removed() {
  local list
  list=$(etcd_members 2>/dev/null) || return 1
  ! grep -qF "|$(member_peer_url "$1")|" <<<"$list"
}

main() {
  local name=$1 mode
  begin "looking at etcd on $name"
  member_refuse_foreign
  member_place_files
  # shellcheck disable=SC2046  # a word is a name
  etcd_use "$(member_client_urls $(member_others "$name"))"
  if member_has_data && was_removed "$name"; then
    say "$name was removed from etcd; clearing its data"
    systemctl stop etcd
    rm -rf "$MEMBER_DATA/member"
  fi
  if ! member_has_data; then
    systemctl stop etcd 2>/dev/null || true
    begin "joining etcd as $name"
    poll 180 "a way into etcd" join_mode "$name"
    mode=$(join_mode "$name")
    if [ "$mode" = existing ]; then member_locked "$here/locked.sh" "$name"; else member_first_start new "$mode"; fi
  elif ! systemctl is-active --quiet etcd; then
    member_place_unit "$INPUT/etcd.service"
    systemctl restart --no-block etcd
  fi
  etcd_use "$(etcd_urls),$(etcd_own_url)"
  poll 180 "$name to be a healthy voter of etcd" member_is_voter "$name"
  say "$name is a member of etcd after $SECONDS s"
}

main "$@" </dev/null
