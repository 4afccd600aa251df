#!/usr/bin/env bash
# etcd's members: who is one, who is healthy, and who may be taken away. The same for stacked and external etcd. Sourced, never run.
# Needs lib.sh, ETCD_PKI with ca.crt and healthcheck-client.{crt,key}, and PEERS: client URLs of members to ask.

ETCD_PKI=/etc/kubernetes/pki/etcd

# etcdctl against PEERS, with the health-check certificate.
etcd() {
  etcdctl --endpoints="$PEERS" --cacert="$ETCD_PKI/ca.crt" --cert="$ETCD_PKI/healthcheck-client.crt" \
    --key="$ETCD_PKI/healthcheck-client.key" --dial-timeout=3s --command-timeout=10s "$@"
}

# One line a member: id, status, name, peer URLs, client URLs, learner; a member that never started has no client URLs.
members() {
  etcd member list --write-out=simple | sed 's/, /|/g'
}

# The line of the member of that name or at that peer URL; nothing where there is none.
member_at() {
  members | awk -F'|' -v name="$1" -v url="$2" '($3 == name || $4 == url) && !n++'
}

# count_without ID: sets voters (all but that one), healthy (how many of those are) and learners.
# Fails where the members cannot be had, which takes a quorum.
count_without() {
  local list id client learner
  list=$(members) || return 1
  voters=0 healthy=0 learners=0
  while IFS='|' read -r id _ _ _ client learner; do
    if [ "$learner" = true ]; then
      [ "$id" = "$1" ] || learners=$((learners + 1))
    elif [ "$id" != "$1" ]; then
      voters=$((voters + 1))
      if [ -n "$client" ] && PEERS=$client etcd endpoint health >/dev/null 2>&1; then healthy=$((healthy + 1)); fi
    fi
  done <<<"$list"
}

# quorum_after_removal ID: succeeds when the cluster keeps its quorum without member ID and no other member is a learner
# in flight; prints what it counted. A learner has no vote: removing it is always safe.
# The formula is etcd's own: a cluster of N voters needs floor(N/2)+1 (https://etcd.io/docs/v3.6/faq/).
quorum_after_removal() {
  local list voters healthy learners
  list=$(members) || return 1
  ! grep -q "^$1|.*|true$" <<<"$list" || return 0
  count_without "$1" || return 1
  echo "without it $voters voters, $healthy of them healthy, $((voters / 2 + 1)) needed, $learners learners in flight"
  [ "$healthy" -ge $((voters / 2 + 1)) ] && [ "$learners" = 0 ]
}

# quorum_during_restart ID: the same for a voter that is away for a moment, and counts as one meanwhile.
quorum_during_restart() {
  local voters healthy learners
  count_without "$1" || return 1
  echo "beside it $healthy of $((voters + 1)) voters are healthy, $(((voters + 1) / 2 + 1)) needed, $learners learners in flight"
  [ "$healthy" -ge $(((voters + 1) / 2 + 1)) ] && [ "$learners" = 0 ]
}

# yield_leadership ID: the leader hands over before it goes, which spares clients the wait for an election. Best effort.
yield_leadership() {
  local list id client learner leader transferee=
  # Members that do not answer make it an error, and leave the others' answers.
  leader=$(etcd endpoint status --write-out=fields 2>/dev/null | awk -F' : ' '$1 == "\"Leader\"" && !n++ { print $2 }') || true
  [ -n "$leader" ] && [ "$(printf %x "$leader")" = "$1" ] || return 0
  list=$(members) || return 0
  while IFS='|' read -r id _ _ _ client learner; do
    if [ "$id" != "$1" ] && [ "$learner" = false ] && PEERS=$client etcd endpoint health >/dev/null 2>&1; then
      transferee=$id
      break
    fi
  done <<<"$list"
  client=$(awk -F'|' -v id="$1" '$1 == id { print $5 }' <<<"$list")
  [ -z "$transferee" ] || PEERS=$client etcd move-leader "$transferee" >/dev/null 2>&1 || true
}

# try_remove ID: gone is gone, whoever did it.
try_remove() {
  local list
  etcd member remove "$1" && return
  list=$(members) || return 1
  ! grep -q "^$1|" <<<"$list"
}

# remove_member ID WHAT: when quorum allows.
remove_member() {
  begin "removing $2 ($1) from etcd"
  # Another machine's learner is in flight for seconds while it joins.
  poll 120 "an etcd that can spare $2" quorum_after_removal "$1"
  yield_leadership "$1"
  # etcd has its own guard, which asks for 5 s of connections to every member.
  poll 60 "etcd to remove $2" try_remove "$1"
}

# prune_member NAME URL: removes the stale member of this name or address, when quorum allows.
prune_member() {
  local line
  poll 60 "the member list of etcd" members
  line=$(member_at "$1" "$2")
  [ -z "$line" ] || remove_member "${line%%|*}" "the stale member $1"
}
