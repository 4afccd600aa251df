#!/usr/bin/env bash
# Approves serving certificates of kubelets, as long as it runs; a service of every control plane.
#
#   approve.sh NODES
#
# NODES: a file with one line a machine: its name, its addresses, and its other names as "DNS:name". They come from the cluster's configuration, not from
# what a kubelet says of itself: whoever takes over one node gets no certificate for another's name or address.
# Guarantees: nothing is approved but a request of a known node, for itself; anything else stays pending, with a line in the
# journal that says why. kube-controller-manager signs what is approved.
set -euo pipefail

SIGNER=kubernetes.io/kubelet-serving

kubectl() {
  command kubectl --kubeconfig /etc/kubernetes/admin.conf "$@"
}

# names REQUEST: the names and addresses that it asks for, one a line, as "DNS:cp-1" or "IP Address:10.0.0.1".
names() {
  openssl req -noout -text <<<"$1" | awk '/X509v3 Subject Alternative Name:/ { getline; print }' | sed 's/, */\n/g; s/^ *//'
}

# objection USER USAGES REQUEST: prints why a request is not to be approved; nothing where it is.
objection() {
  local user=$1 node=${1#system:node:} usages=$2 request=$3 own addresses subject wanted entry
  own=$(awk -v node="$node" '$1 == node { for (i = 2; i <= NF; i++) print $i }' "$nodes")
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
  local name=$1 user=$2 usages=$3 decided=$4 request why
  [ -z "$decided" ] || return 0
  usages=$(tr -d '[]"' <<<"${usages// /_}")
  request=$(base64 -d <<<"$5") || return 1
  why=$(objection "$user" "$usages" "$request")
  if [ -n "$why" ]; then
    echo "$name stays pending: $why" >&2
  else
    kubectl --request-timeout=10s certificate approve "$name" >&2
  fi
}

main() {
  local name user usages decided request
  nodes=$1
  # Every request that is there, and every one that comes, whole: kubectl starts once, and again for what is approved.
  while IFS='|' read -r name user usages decided request; do
    judge "$name" "$user" "$usages" "$decided" "$request" || { echo "$name could not be approved; trying again in some seconds" >&2 && exit 1; }
  done < <(kubectl get csr --watch --field-selector="spec.signerName=$SIGNER" \
    -o 'jsonpath={.metadata.name}|{.spec.username}|{.spec.usages}|{.status.conditions[*].type}|{.spec.request}{"\n"}')
}

main "$@" </dev/null
