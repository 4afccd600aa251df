#!/usr/bin/env bash
# Approves serving certificates of kubelets, as long as it runs; a service of every control plane.
#
#   approve.sh
#
# Who is a node, with which addresses and names, stands in the cluster's list of machines (a ConfigMap of kube-system
# that only administrators write), not in what a kubelet says of itself: whoever takes over one node gets no certificate
# for another's name or address.
# Guarantees: nothing is approved but a request of a node in the list, for itself; anything else stays pending, with a
# line in the journal that says why, and is judged again when the list changes; so is everything while there is no list.
# kube-controller-manager signs what is approved.
set -euo pipefail

SIGNER=kubernetes.io/kubelet-serving
LIST=kubeadm-ha-nodes
# A request as lines of this program have it.
REQUEST='request|{.metadata.name}|{.spec.username}|{.spec.usages}|{.status.conditions[*].type}|{.spec.request}{"\n"}'

api() {
  kubectl --kubeconfig /etc/kubernetes/admin.conf "$@"
}

# One line a machine: its name, its addresses, and its other names as "DNS:name".
list_nodes() {
  api --request-timeout=10s --namespace kube-system get configmap "$LIST" --ignore-not-found \
    -o 'go-template={{with .data}}{{.nodes}}{{end}}'
}

# names REQUEST: the names and addresses that it asks for, one a line, as "DNS:cp-1" or "IP Address:10.0.0.1".
names() {
  openssl req -noout -text <<<"$1" |
    awk '/X509v3 Subject Alternative Name:/ { getline; print }' | sed 's/, */\n/g; s/^ *//'
}

# objection USER USAGES REQUEST: prints why a request is not to be approved; nothing where it is.
objection() {
  local user=$1 node=${1#system:node:} usages=$2 request=$3 own addresses subject wanted entry
  own=$(awk -v node="$node" '$1 == node { for (i = 2; i <= NF; i++) print $i }' <<<"$nodes")
  addresses=$(grep -v '^DNS:' <<<"$own") || true
  if [ "$user" = "$node" ] || [ -z "$addresses" ]; then
    echo "$user is not a node of this cluster"
    return
  fi
  subject=$(openssl req -noout -verify -subject -nameopt RFC2253 <<<"$request" 2>/dev/null) ||
    { echo "its signature is not that of its key" && return; }
  [ "$subject" = "subject=CN=$user,O=system:nodes" ] || { echo "its $subject is not that of $user" && return; }
  wanted=$(names "$request")
  [ -n "$wanted" ] || { echo "it asks for no name" && return; }
  while read -r entry; do
    case $entry in
      "DNS:$node") ;;
      "IP Address:"*)
        # No pipe: a grep that has found what it looked for ends, and what goes on to write fails.
        # shellcheck disable=SC2086  # addresses are words
        grep -qxF -- "$(normal "${entry#IP Address:}")" <<<"$(normal $addresses)" ||
          { echo "${entry#IP Address:} is not an address of $node" && return; }
        ;;
      DNS:*) grep -qxF -- "$entry" <<<"$own" || { echo "'$entry' is not a name of $node" && return; } ;;
      *) echo "'$entry' is not a name of $node" && return ;;
    esac
  done <<<"$wanted"
  for entry in ${usages//,/ }; do
    case $entry in
      digital_signature | key_encipherment | server_auth) ;;
      *) echo "it asks for the usage $entry" && return ;;
    esac
  done
}

# normal ADDRESS…: each on a line, an IPv6 address in its one short form, whoever wrote it.
normal() {
  local address
  for address in "$@"; do
    case $address in
      *:*) getent ahostsv6 "$address" | awk '{ print $1; exit }' ;;
      *) echo "$address" ;;
    esac
  done
}

# judge LINE: a request by the list in `nodes`.
judge() {
  local name user usages request why
  IFS='|' read -r _ name user usages _ request <<<"$1"
  usages=$(tr -d '[]"' <<<"${usages// /_}")
  request=$(base64 -d <<<"$request") || give_up "$name"
  why=$(objection "$user" "$usages" "$request")
  if [ -n "$why" ]; then
    echo "$name stays pending: $why" >&2
  else
    api --request-timeout=10s certificate approve "$name" >&2 || give_up "$name"
  fi
}

# pending LINE: whether nothing has been decided about a request yet.
pending() {
  local conditions
  IFS='|' read -r _ _ _ _ conditions _ <<<"$1"
  [ -z "$conditions" ]
}

# judge_all: every request that is pending, by the list as it is now.
judge_all() {
  local nodes requests line
  nodes=$(list_nodes) || give_up "the list of machines"
  requests=$(api --request-timeout=10s get csr --field-selector="spec.signerName=$SIGNER" \
    -o "jsonpath={range .items[*]}$REQUEST{end}") || give_up "the list of requests"
  while read -r line; do
    [ -z "$line" ] || ! pending "$line" || judge "$line"
  done <<<"$requests"
}

# judge_new LINE: what came with a watch. The list is read for each of them, for a change of it may not have come yet.
judge_new() {
  local nodes
  pending "$1" || return 0
  nodes=$(list_nodes) || give_up "the list of machines"
  judge "$1"
}

give_up() {
  echo "$1 could not be dealt with; trying again in some seconds" >&2
  exit 1
}

# events: every request that is there, and every one that comes, whole; and a line "list" for each change of the list.
# kubectl starts once for each of the two, and again for what is undecided.
events() {
  # Job control gives the loop a process group of its own, to be ended with.
  set -m
  while :; do
    api --namespace kube-system get configmaps --watch --field-selector="metadata.name=$LIST" \
      -o 'jsonpath=list{"\n"}' || true
    sleep 5
  done &
  api get csr --watch --field-selector="spec.signerName=$SIGNER" -o "jsonpath=$REQUEST" || true
  kill -- "-$!"
}

main() {
  local line
  while read -r line; do
    case $line in
      list) judge_all </dev/null ;;
      *) judge_new "$line" </dev/null ;;
    esac
  done < <(events)
}

main "$@" </dev/null
