#!/usr/bin/env bash
# etcd's members: who is one, who is healthy, and who may be taken away. The same for stacked and external etcd.
# Sourced, never run. Needs etcdctl, and below $PKI/etcd the CA and the health-check client's certificate.

ETCD_PKI=$PKI/etcd
# Who is asked: client URLs of members, this machine's own unless etcd_use says otherwise.
ETCD_URLS=

# etcd_own_url: where the member of this machine answers the machine itself. kubeadm has a stacked one listen at ::1
# where its API server has an IPv6 address.
etcd_own_url() {
  local own
  own=$(sed -n 's/^ *- --listen-client-urls=\([^,]*\).*/\1/p' "$MANIFESTS/etcd.yaml" 2>/dev/null) || true
  echo "${own:-https://127.0.0.1:2379}"
}

# etcd_urls: those that are asked now.
etcd_urls() {
  echo "${ETCD_URLS:-$(etcd_own_url)}"
}

# etcd_use URLS: asks these members from now on, comma-separated.
etcd_use() {
  ETCD_URLS=$1
}

# etcd_use_members [ID]: asks the members of a list of etcd_members on standard input, but for that one, and for those
# that never started.
etcd_use_members() {
  etcd_use "$(awk -F'|' -v id="${1:-}" '$1 != id && $5 != "" { printf "%s%s", sep, $5; sep = "," }')"
}

# etcd_use_nodes: asks the members of control planes, which standard input names by lines "NAME ADDRESS".
etcd_use_nodes() {
  local urls="" address
  while read -r _ address; do
    urls+=",https://$(url_host "$address"):2379"
  done
  etcd_use "${urls#,}"
}

# etcd_ctl WORD…: etcdctl with the health-check certificate.
etcd_ctl() {
  etcd_at "$(etcd_urls)" "$@"
}

# etcd_at URLS WORD…: the same, of these members.
etcd_at() {
  local urls=$1
  shift
  etcdctl --endpoints="$urls" --cacert="$ETCD_PKI/ca.crt" --cert="$ETCD_PKI/healthcheck-client.crt" \
    --key="$ETCD_PKI/healthcheck-client.key" --dial-timeout=3s --command-timeout=10s "$@"
}

# One line a member: id, status, name, peer URLs, client URLs, learner; a member that never started has no client URLs.
etcd_members() {
  etcd_ctl member list --write-out=simple | sed 's/, /|/g'
}

# The line of the member of that name or at that peer URL; nothing where there is none.
etcd_member() {
  etcd_members | awk -F'|' -v name="$1" -v url="$2" '($3 == name || $4 == url) && !n++'
}

# etcd_count_without ID: sets voters (all but that one), healthy (how many of those are), learners, and answers, what
# each of them has said. Each is asked itself: what the one that is asked thinks of another may be seconds old.
# Fails where the members cannot be had, which takes a quorum.
etcd_count_without() {
  local list id name client learner
  list=$(etcd_members) || return 1
  voters=0 healthy=0 learners=0 answers=""
  while IFS='|' read -r id _ name _ client learner; do
    if [ "$learner" = true ]; then
      [ "$id" = "$1" ] || learners=$((learners + 1))
    elif [ "$id" != "$1" ]; then
      voters=$((voters + 1))
      answers+="${answers:+, }${name:-$id} "
      if [ -n "$client" ] && etcd_at "$client" endpoint health >/dev/null 2>&1; then
        healthy=$((healthy + 1)) answers+=healthy
      else
        answers+="does not answer"
      fi
    fi
  done <<<"$list"
}

# etcd_quorum_after_removal ID: succeeds when the cluster keeps its quorum without member ID and no other member is a
# learner in flight; prints what it counted. A learner has no vote: removing it is always safe.
# The formula is etcd's own: a cluster of N voters needs floor(N/2)+1 (https://etcd.io/docs/v3.6/faq/).
etcd_quorum_after_removal() {
  local list voters healthy learners answers
  list=$(etcd_members) || return 1
  ! grep -q "^$1|.*|true$" <<<"$list" || return 0
  etcd_count_without "$1" || return 1
  echo "without it $voters voters, $healthy of them healthy, $((voters / 2 + 1)) needed, $learners learners in flight" \
    "(${answers:-no other voter})"
  [ "$healthy" -ge $((voters / 2 + 1)) ] && [ "$learners" = 0 ]
}

# etcd_quorum_during_restart ID: the same for a voter that is away for a moment, and counts as one meanwhile.
etcd_quorum_during_restart() {
  local voters healthy learners answers
  etcd_count_without "$1" || return 1
  printf '%s, %s (%s)\n' "apart from it $healthy of $((voters + 1)) voters are healthy" \
    "$(((voters + 1) / 2 + 1)) needed, $learners learners in flight" "${answers:-no other voter}"
  [ "$healthy" -ge $(((voters + 1) / 2 + 1)) ] && [ "$learners" = 0 ]
}

# etcd_hold SECONDS: takes the cluster's lock, under which voters go and are started again, one machine at a time,
# whoever does it; until etcd_release, or until this shell ends, however it does. One that is lost with its machine is
# free after 30 s. It is held by way of the members that are asked now.
etcd_hold() {
  local attempt
  ETCD_HELD=$INPUT/etcd-lock
  for attempt in 1 2 3; do
    : >"$ETCD_HELD"
    setpriv --pdeathsig TERM etcdctl --endpoints="$(etcd_urls)" --cacert="$ETCD_PKI/ca.crt" \
      --cert="$ETCD_PKI/healthcheck-client.crt" --key="$ETCD_PKI/healthcheck-client.key" --dial-timeout=3s \
      lock --ttl=30 kubeadm-ha/etcd >"$ETCD_HELD" 2>"$ETCD_HELD.log" </dev/null &
    ETCD_HOLDER=$!
    poll "$1" "another machine's turn to be over, of those that change etcd's members" etcd_hold_settled
    [ ! -s "$ETCD_HELD" ] || return 0
  done
  fail "etcd gives nobody its lock: $(tail -n 1 "$ETCD_HELD.log"), $attempt times" "a majority of its members up" \
    "see what is wrong with them; 'pulumi up' tries again"
}

# Ends when it is held, or never will be.
etcd_hold_settled() {
  [ -s "$ETCD_HELD" ] || ! kill -0 "$ETCD_HOLDER" 2>/dev/null
}

etcd_release() {
  [ -n "${ETCD_HOLDER:-}" ] || return 0
  kill "$ETCD_HOLDER" 2>/dev/null || true
  wait "$ETCD_HOLDER" 2>/dev/null || true
  ETCD_HOLDER=
}

# Fails where the lock was lost since it was taken: then it is another machine's turn.
etcd_refuse_lost_lock() {
  [ -z "${ETCD_HOLDER:-}" ] || kill -0 "$ETCD_HOLDER" 2>/dev/null ||
    fail "the cluster's lock was lost: $(tail -n 1 "$ETCD_HELD.log")" "one machine that changes etcd's members" \
      "'pulumi up' goes on"
}

# etcd_yield_leadership ID: the leader hands over before it goes, which spares clients the wait for an election. Best
# effort.
etcd_yield_leadership() {
  local list id client learner leader transferee=
  # Members that do not answer make it an error, and leave the others' answers.
  leader=$(etcd_ctl endpoint status --write-out=fields 2>/dev/null |
    awk -F' : ' '$1 == "\"Leader\"" && !n++ { print $2 }') || true
  [ -n "$leader" ] && [ "$(printf %x "$leader")" = "$1" ] || return 0
  list=$(etcd_members) || return 0
  while IFS='|' read -r id _ _ _ client learner; do
    if [ "$id" != "$1" ] && [ "$learner" = false ] && etcd_at "$client" endpoint health >/dev/null 2>&1; then
      transferee=$id
      break
    fi
  done <<<"$list"
  client=$(awk -F'|' -v id="$1" '$1 == id { print $5 }' <<<"$list")
  [ -z "$transferee" ] || etcd_at "$client" move-leader "$transferee" >/dev/null 2>&1 || true
}

# etcd_try_remove ID: gone is gone, whoever did it. Not while another machine's learner is in flight: its etcd is told
# who the members are before its first start, and does not start among others.
etcd_try_remove() {
  local list
  list=$(etcd_members) || return 1
  if grep -v "^$1|" <<<"$list" | grep -q '|true$'; then echo "a learner is in flight" && return 1; fi
  etcd_ctl member remove "$1" && return
  list=$(etcd_members) || return 1
  ! grep -q "^$1|" <<<"$list"
}

# etcd_remove ID WHAT: when quorum allows.
etcd_remove() {
  begin "removing $2 ($1) from etcd"
  # Another machine's learner is in flight for seconds while it joins.
  poll 120 "an etcd that can spare $2" etcd_quorum_after_removal "$1"
  etcd_refuse_lost_lock
  etcd_yield_leadership "$1"
  # etcd has its own guard, which asks for 5 s of connections to every member.
  poll 120 "etcd to remove $2" etcd_try_remove "$1"
}

# etcd_prune NAME URL: removes the stale member of this name or address, under the lock and when quorum allows.
etcd_prune() {
  local line
  poll 60 "the member list of etcd" etcd_members
  line=$(etcd_member "$1" "$2")
  [ -n "$line" ] || return 0
  etcd_hold 600
  etcd_remove "${line%%|*}" "the stale member $1"
  etcd_release
}
