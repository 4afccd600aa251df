#!/usr/bin/env bash
# Room in etcd for one more member. Sourced, never run.
#
# Up to 3.6.10 etcd takes none, not even a learner, while one of its voters is away; later ones do as long as they keep
# their quorum (https://github.com/etcd-io/etcd/blob/main/CHANGELOG/CHANGELOG-3.6.md).
load etcd admitted

# Voters that do not answer: of each its id and its name.
ROOM_AWAY=$INPUT/away

# room_make NODE: returns when etcd can take its member. Voters that are away and in no list any more are removed, as
# far as the quorum allows; one that is in the list has a minute to come back.
room_make() {
  local id name
  poll 90 "etcd to be able to take a member" room_is_there "$1"
  while read -r id name; do
    ! room_is_listed "$name" || continue
    etcd_hold 600
    etcd_remove "$id" "the member $name, which is in no list any more and does not answer"
    etcd_release
  done <"$ROOM_AWAY"
}

# room_is_there NODE: that it is in the list itself tells that the list is that of this run.
room_is_there() {
  local name blocked=""
  admitted_read || return 1
  room_is_listed "$1" || { echo "$1 is not in the cluster's list of machines yet" && return 1; }
  room_find_away || return 1
  while read -r _ name; do
    ! room_is_listed "$name" || blocked+=" $name"
  done <"$ROOM_AWAY"
  [ -z "$blocked" ] || room_in_spite_of_away ||
    { echo "etcd takes none while one does not answer:$blocked; bring it back, or take it off the list" && return 1; }
}

# No pipe: it would fail where grep has found the name before all of a long list is written.
room_is_listed() {
  grep -qxF -- "$1" < <(admitted_names)
}

room_find_away() {
  local list id name client learner
  list=$(etcd_members) || return 1
  while IFS='|' read -r id _ name _ client learner; do
    [ "$learner" = true ] || [ -z "$client" ] || etcd_at "$client" endpoint health >/dev/null 2>&1 || echo "$id $name"
  done <<<"$list" >"$ROOM_AWAY"
}

# By the oldest of those that answer.
room_in_spite_of_away() {
  local version
  version=$(etcd_ctl endpoint status --write-out=fields 2>/dev/null | sed -n 's/^"Version" : "\(.*\)"$/\1/p' | sort -V |
    head -n 1)
  [ -n "$version" ] && [ "$(printf '3.6.11\n%s\n' "$version" | sort -V | head -n 1)" = 3.6.11 ]
}
