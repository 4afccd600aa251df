#!/usr/bin/env bash
# Stacked etcd seen from a joining machine: who is a member, and who may be removed. Sourced, never run.
# Needs lib.sh, PKI (member.sh) with the etcd CA in place, and PEERS: the client URLs of the other members.

# etcdctl against the other members, with kubeadm's own health-check certificate.
etcd() {
  etcdctl --endpoints="$PEERS" --cacert="$PKI/etcd/ca.crt" --cert="$PKI/etcd/healthcheck-client.crt" \
    --key="$PKI/etcd/healthcheck-client.key" --dial-timeout=3s --command-timeout=10s "$@"
}

# One line a member: id, status, name, peer URLs, client URLs, learner; a member that never started has no name.
members() {
  etcd member list --write-out=simple | sed 's/, /|/g'
}

# The id of the member of that name or at that peer URL; nothing where there is none.
member_id() {
  members | awk -F'|' -v name="$1" -v url="$2" '$3 == name || $4 == url { print $1; exit }'
}

# quorum_after_removal ID: succeeds when the cluster keeps its quorum without member ID and no other member is a learner
# in flight; prints what it counted. A learner has no vote: removing it is always safe.
# The formula is etcd's own: a cluster of N voters needs floor(N/2)+1 (https://etcd.io/docs/v3.6/faq/).
quorum_after_removal() {
  local list voters=0 healthy=0 learners=0 id client learner
  list=$(members) || return 1
  while IFS='|' read -r id _ _ _ client learner; do
    if [ "$id" = "$1" ]; then
      [ "$learner" = false ] || return 0
      continue
    fi
    if [ "$learner" = true ]; then
      learners=$((learners + 1))
      continue
    fi
    voters=$((voters + 1))
    if PEERS=$client etcd endpoint health >/dev/null 2>&1; then healthy=$((healthy + 1)); fi
  done <<<"$list"
  echo "without it $voters voters, $healthy of them healthy, $((voters / 2 + 1)) needed, $learners learners in flight"
  [ "$healthy" -ge $((voters / 2 + 1)) ] && [ "$learners" = 0 ]
}

# prune_member NAME URL: removes the stale member of this name or address, when quorum allows.
prune_member() {
  local id counted
  poll 60 "the member list of etcd" members
  id=$(member_id "$1" "$2")
  [ -n "$id" ] || return 0
  begin "removing the stale etcd member $id of $1"
  # Another machine's learner is in flight for seconds while it joins.
  poll 120 "an etcd that can spare the stale member of $1" quorum_after_removal "$id"
  counted=$(quorum_after_removal "$id") || fail "etcd can not spare the stale member of $1: $counted"
  etcd member remove "$id" >/dev/null || fail "etcd refused to remove member $id of $1" "" "'etcdctl member list' on a healthy control plane tells its state"
}
