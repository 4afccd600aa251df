#!/usr/bin/env bash
# Approves serving certificates of kubelets, as long as it runs; a service of every control plane.
#
#   approve.sh
#
# Who is a node, with which addresses and names, stands in the cluster's list of machines (a ConfigMap of kube-system that only
# administrators write), not in what a kubelet says of itself: whoever takes over one node gets no certificate for another's name or address.
# Guarantees: nothing is approved but a request of a known node, for itself; anything else stays pending, with a line in the
# journal that says why, and is judged again when the list changes. kube-controller-manager signs what is approved.
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
  openssl req -noout -text <<<"$1" | awk '/X509v3 Subject Alternative Name:/ { getline; print }' | sed 's/, */\n/g; s/^ *//'
}

# objection USER USAGES REQUEST: prints why a request is not to be approved; nothing where it is.
objection() {
  local user=$1 node=${1#system:node:} usages=$2 request=$3 own addresses subject wanted entry
  own=$(awk -v node="$node" '$1 == node { for (i = 2; i <= NF; i++) print $i }' <<<"$nodes")
  addresses=$(grep -v '^DNS:' <<<"$own") || true
  if [ "$user" = "$node" ] || [ -z "$addresses" ]; then
    echo "$user is no node of this cluster"
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
      DNS:*) grep -qxF -- "$entry" <<<"$own" || { echo "'$entry' is no name of $node" && return; } ;;
      *) echo "'$entry' is no name of $node" && return ;;
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

# judge NAME USER USAGES CONDITIONS REQUEST: as the API has them. Fails when what is to be approved could not be.
judge() {
  local name=$1 user=$2 usages=$3 decided=$4 request why nodes
  [ -z "$decided" ] || return 0
  nodes=$(list_nodes) || return 1
  usages=$(tr -d '[]"' <<<"${usages// /_}")
  request=$(base64 -d <<<"$5") || return 1
  why=$(objection "$user" "$usages" "$request")
  if [ -n "$why" ]; then
    echo "$name stays pending: $why" >&2
  else
    api --request-timeout=10s certificate approve "$name" >&2
  fi
}

# judge_all: every request that waits, by the list as it is now.
judge_all() {
  local requests
  requests=$(api --request-timeout=10s get csr --field-selector="spec.signerName=$SIGNER" \
    -o "jsonpath={range .items[*]}$REQUEST{end}") || return 1
  [ -z "$requests" ] || judge_lines <<<"$requests"
}

# judge_lines: as they come on standard input.
judge_lines() {
  local kind name user usages decided request
  while IFS='|' read -r kind name user usages decided request; do
    case $kind in
      list) judge_all </dev/null || give_up "the requests that wait" ;;
      *) judge "$name" "$user" "$usages" "$decided" "$request" </dev/null || give_up "$name" ;;
    esac
  done
}

give_up() {
  echo "$1 could not be judged; trying again in some seconds" >&2
  exit 1
}

# Every request that is there, and every one that comes, whole; and a line for each change of the list. kubectl starts once, and again
# for what is approved.
events() {
  # Job control gives the loop a process group of its own, to be ended with.
  set -m
  while :; do
    api --namespace kube-system get configmaps --field-selector="metadata.name=$LIST" --watch -o 'jsonpath=list{"\n"}' || true
    sleep 5
  done &
  api get csr --watch --field-selector="spec.signerName=$SIGNER" -o "jsonpath=$REQUEST" || true
  kill -- "-$!"
}

main() {
  judge_lines < <(events)
}

main "$@" </dev/null
