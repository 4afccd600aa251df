#!/usr/bin/env bash
# A member of an external etcd: whose etcd this machine has, its files, and how it is started. Sourced, never run.
# Input: members (NAME ADDRESS of all, one a line), data-dir, etcd.service, pki/.
load etcd before

MEMBER_UNIT=/etc/systemd/system/etcd.service
# How the first start on an empty data directory finds the others; etcd never looks at it again.
MEMBER_INITIAL=$STATE/etcd-initial.env
# Written before anything else: the fingerprint of the cluster's CA, and the data directory.
MEMBER_OWNER=$STATE/etcd
# What the running etcd was started with, as the unit itself notes at each start.
MEMBER_STARTED=/run/kubeadm-ha/etcd.started

# None where all that is asked is what is here.
MEMBER_DATA=$(cat "$INPUT/data-dir" 2>/dev/null || true)

member_owner() {
  printf '%s\n%s\n' "$(sha256sum <"$INPUT/pki/ca.crt")" "$MEMBER_DATA"
}

member_has_data() {
  [ -e "$MEMBER_DATA/member" ]
}

member_address() {
  awk -v name="$1" '$1 == name { print $2 }' "$INPUT/members"
}

# peer_url NAME, client_url NAME: of a member of the list.
member_peer_url() {
  echo "https://$(url_host "$(member_address "$1")"):2380"
}

member_client_url() {
  echo "https://$(url_host "$(member_address "$1")"):2379"
}

# others NAME: the names of all members but this one.
member_others() {
  awk -v name="$1" '$1 != name { print $1 }' "$INPUT/members"
}

# Client URLs of members by name, as etcdctl takes them.
member_client_urls() {
  local name urls=
  for name; do
    urls+=",$(member_client_url "$name")"
  done
  echo "${urls#,}"
}

# Fails when the machine has an etcd that is not this cluster's, or has it elsewhere.
member_refuse_foreign() {
  local remove
  if [ -f "$MEMBER_OWNER" ]; then
    remove="rm -rf $(tail -n 1 "$MEMBER_OWNER")/member $MEMBER_OWNER"
    [ "$(head -n 1 "$MEMBER_OWNER")" = "$(member_owner | head -n 1)" ] ||
      fail "$(hostname) has an etcd of another cluster" \
        "none, or a member of the cluster whose etcd CA was given" \
        "if it is to be given up: systemctl disable --now etcd && $remove on $(hostname), then 'pulumi up' again"
    [ "$(tail -n 1 "$MEMBER_OWNER")" = "$MEMBER_DATA" ] ||
      fail "etcd on $(hostname) has its data in $(tail -n 1 "$MEMBER_OWNER")" "$MEMBER_DATA" \
        "set dataDir back; a member gets another one by being replaced"
  elif member_has_data; then
    fail "$(hostname) has data of an etcd that is not this cluster's in $MEMBER_DATA" "no data there" \
      "move $MEMBER_DATA/member away if nobody needs it, then 'pulumi up' again"
  fi
}

member_place_files() {
  local file
  for file in "$INPUT"/pki/*; do
    case $file in
      *.key) place "$file" "$ETCD_PKI/${file##*/}" 0600 || true ;;
      *) place "$file" "$ETCD_PKI/${file##*/}" || true ;;
    esac
  done
  member_owner >"$INPUT/owner"
  place "$INPUT/owner" "$MEMBER_OWNER" || true
  install -d -m 0700 "$MEMBER_DATA"
}

# place_unit FILE
member_place_unit() {
  if place "$1" "$MEMBER_UNIT"; then systemctl daemon-reload; fi
  before_note_enabled etcd
  systemctl enable --quiet etcd
}

# Succeeds when etcd was started with the unit that was asked for, and with the program that is there.
member_runs_as_configured() {
  cmp -s "$INPUT/etcd.service" "$MEMBER_UNIT" &&
    [ "$(cat "$MEMBER_STARTED")" = "$(cat "$MEMBER_UNIT" "$(command -v etcd)" | sha256sum)" ]
}

# first_start STATE CLUSTER: on an empty data directory; both are etcd's --initial-cluster…, CLUSTER is NAME=PEER_URL,…
member_first_start() {
  printf 'ETCD_INITIAL_CLUSTER_STATE=%s\nETCD_INITIAL_CLUSTER=%s\n' "$1" "$2" >"$INPUT/initial.env"
  place "$INPUT/initial.env" "$MEMBER_INITIAL" || true
  member_place_unit "$INPUT/etcd.service"
  # Not waited for: a member is up only with a quorum, and that may be what the others are about to make.
  systemctl restart --no-block etcd
}

# peer_members NAME: the cluster as that member has it at its peer port, which takes no quorum.
# (The port offers HTTP/2 without speaking it.) One line a member: "PEER_URL NAME STATE", where STATE is "started" from
# the moment on when it was up for the first time, and "unstarted" before.
member_list_at_peer() {
  local list line url name state
  list=$(curl -sS --fail --http1.1 --max-time 3 --cacert "$ETCD_PKI/ca.crt" --cert "$ETCD_PKI/peer.crt" \
    --key "$ETCD_PKI/peer.key" "$(member_peer_url "$1")/members") || return 1
  while read -r line; do
    url=${line#*'"peerURLs":["'} name=${line#*'"name":"'} state=unstarted
    [[ $line != *'"clientURLs":["'* ]] || state=started
    echo "${url%%'"'*} ${name%%'"'*} $state"
  done <<<"${list//'},{'/$'\n'}"
}

# member_locked SCRIPT ARGUMENT…: runs it while holding the cluster's lock; one that is lost with its machine is free
# after the 30 s.
member_locked() {
  # shellcheck disable=SC2034  # of load.sh
  doing="waiting for another member's turn to be over"
  MEMBERS=$(etcd_urls) DEADLINE=$((DEADLINE - SECONDS)) etcd_ctl lock --ttl=30 kubeadm-ha/etcd bash "$@" || exit 1
}

# Succeeds when this machine's member is healthy and has a vote; a learner that is in step gets it. Asks the others, too
# (etcd_use).
member_is_voter() {
  local line
  line=$(etcd_member "$1" "$(member_peer_url "$1")") || return 1
  if [[ $line == *"|true" ]]; then
    etcd_ctl member promote "${line%%|*}"
    return 1
  fi
  echo "${line:-etcd has no member $1}"
  [ -n "$line" ] && etcd_at "$(etcd_own_url)" endpoint health
}

# The ids of members that are not in the list any more.
member_unwanted() {
  local list id url name
  declare -A wanted=()
  while read -r name _; do
    wanted[$(member_peer_url "$name")]=1
  done <"$INPUT/members"
  list=$(etcd_members) || return 1
  while IFS='|' read -r id _ _ url _; do
    [ -n "${wanted[$url]:-}" ] || echo "$id"
  done <<<"$list"
}
