#!/usr/bin/env bash
# What init.sh and join.sh share: whose etcd this machine has, its files, and how it is started. Sourced, never run.
# Needs lib.sh and quorum.sh. Input: members (NAME ADDRESS of all, one a line), data-dir, etcd.service, pki/.

UNIT=/etc/systemd/system/etcd.service
# How the first start on an empty data directory finds the others; etcd never looks at it again.
INITIAL=/var/lib/kubeadm-ha/etcd-initial.env
# Written before anything else: the fingerprint of the cluster's CA, and the data directory.
OWNER=/var/lib/kubeadm-ha/etcd
# What the running etcd was started with, as the unit itself notes at each start.
STARTED=/run/kubeadm-ha/etcd.started

DATA=$(cat "$INPUT/data-dir")

owner() {
  printf '%s\n%s\n' "$(sha256sum <"$INPUT/pki/ca.crt")" "$DATA"
}

has_data() {
  [ -e "$DATA/member" ]
}

address_of() {
  awk -v name="$1" '$1 == name { print $2 }' "$INPUT/members"
}

# peer_url NAME, client_url NAME: of a member of the list.
peer_url() {
  echo "https://$(url_host "$(address_of "$1")"):2380"
}

client_url() {
  echo "https://$(url_host "$(address_of "$1")"):2379"
}

# others NAME: the names of all members but this one.
others() {
  awk -v name="$1" '$1 != name { print $1 }' "$INPUT/members"
}

# Client URLs of members by name, as etcdctl takes them.
client_urls() {
  local name urls=
  for name; do
    urls+=",$(client_url "$name")"
  done
  echo "${urls#,}"
}

# Fails when the machine has an etcd that is not this cluster's, or has it elsewhere.
refuse_foreign() {
  if [ -f "$OWNER" ]; then
    [ "$(head -n 1 "$OWNER")" = "$(owner | head -n 1)" ] || fail "$(hostname) has an etcd of another cluster" \
      "none, or a member of the cluster whose etcd CA was given" \
      "if it is to be given up: systemctl disable --now etcd && rm -rf $(tail -n 1 "$OWNER")/member $OWNER on $(hostname), then 'pulumi up' again"
    [ "$(tail -n 1 "$OWNER")" = "$DATA" ] || fail "etcd on $(hostname) has its data in $(tail -n 1 "$OWNER")" "$DATA" \
      "set dataDir back; a member gets another one by being replaced"
  elif has_data; then
    fail "$(hostname) has data of an etcd that is not this cluster's in $DATA" "no data there" \
      "move $DATA/member away if nobody needs it, then 'pulumi up' again"
  fi
}

place_files() {
  local file
  for file in "$INPUT"/pki/*; do
    case $file in
      *.key) place "$file" "$ETCD_PKI/${file##*/}" 0600 || true ;;
      *) place "$file" "$ETCD_PKI/${file##*/}" || true ;;
    esac
  done
  owner >"$INPUT/owner"
  place "$INPUT/owner" "$OWNER" || true
  install -d -m 0700 "$DATA"
}

# place_unit FILE
place_unit() {
  if place "$1" "$UNIT"; then systemctl daemon-reload; fi
  systemctl enable --quiet etcd
}

# Succeeds when etcd was started with the unit that was asked for, and with the program that is there (etcd is a function here).
runs_as_asked() {
  cmp -s "$INPUT/etcd.service" "$UNIT" && [ "$(cat "$STARTED")" = "$(cat "$UNIT" "$(type -P etcd)" | sha256sum)" ]
}

# first_start STATE CLUSTER: on an empty data directory; both are etcd's --initial-cluster…, CLUSTER is NAME=PEER_URL,…
first_start() {
  printf 'ETCD_INITIAL_CLUSTER_STATE=%s\nETCD_INITIAL_CLUSTER=%s\n' "$1" "$2" >"$INPUT/initial.env"
  place "$INPUT/initial.env" "$INITIAL" || true
  place_unit "$INPUT/etcd.service"
  # Not waited for: a member is up only with a quorum, and that may be what the others are about to make.
  systemctl restart --no-block etcd
}

# peer_members NAME: the cluster as that member has it at its peer port, which takes no quorum.
# (The port offers HTTP/2 without speaking it.) One line a member: "PEER_URL NAME STATE", where STATE is "seated" from the moment on when it was up for the first time, and "free" before.
peer_members() {
  local list line url name state
  list=$(curl -sS --fail --http1.1 --max-time 3 --cacert "$ETCD_PKI/ca.crt" --cert "$ETCD_PKI/peer.crt" --key "$ETCD_PKI/peer.key" \
    "$(peer_url "$1")/members") || return 1
  while read -r line; do
    url=${line#*'"peerURLs":["'} name=${line#*'"name":"'} state=free
    [[ $line != *'"clientURLs":["'* ]] || state=seated
    echo "${url%%'"'*} ${name%%'"'*} $state"
  done <<<"${list//'},{'/$'\n'}"
}

# Succeeds when this machine's member is healthy and has a vote; a learner that is in step gets it. Asks the others, too (PEERS).
voter() {
  local line
  line=$(member_at "$1" "$(peer_url "$1")") || return 1
  if [[ $line == *"|true" ]]; then
    etcd member promote "${line%%|*}"
    return 1
  fi
  echo "${line:-etcd has no member $1}"
  [ -n "$line" ] && PEERS=https://127.0.0.1:2379 etcd endpoint health
}

# The ids of members that are not in the list any more.
unwanted() {
  local list id url name
  declare -A wanted=()
  while read -r name _; do
    wanted[$(peer_url "$name")]=1
  done <"$INPUT/members"
  list=$(members) || return 1
  while IFS='|' read -r id _ _ url _; do
    [ -n "${wanted[$url]:-}" ] || echo "$id"
  done <<<"$list"
}
