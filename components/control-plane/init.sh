#!/usr/bin/env bash
# Makes the cluster: `kubeadm init` on its first control plane, once in the cluster's life.
#
#   init.sh NODE
#
# Input: kubeadm.yaml, pki/ (the shared CAs and keys), patches/ (optional), peers (addresses of the other control
# planes, one a line). Guarantees: a cluster that exists is never initialised again, whether it lives here or on a peer;
# a half-done init is cleared and repeated; a machine of another cluster is refused unchanged.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load etcd record encryption approver software

# Prints the first peer whose API server has a certificate of this cluster's CA.
living_peer() {
  local peer
  while read -r peer; do
    [ -n "$peer" ] || continue
    # Any HTTP answer will do: what tells is that the TLS handshake succeeds with our CA.
    if curl -sS -o /dev/null --max-time 3 --cacert "$INPUT/pki/ca.crt" \
      "https://$(url_host "$peer"):6443/livez" 2>/dev/null; then
      echo "$peer"
      return
    fi
  done <"$INPUT/peers"
  return 1
}

# A half-done init has one etcd member at most, for joins begin after it. More means a cluster that somebody uses.
refuse_grown_etcd() {
  local members
  [ -n "$NODE_ETCD_DATA" ] && [ -f "$PKI/etcd/healthcheck-client.crt" ] || return 0
  members=$(etcd_members 2>/dev/null | wc -l) || true
  [ "$members" -le 1 ] ||
    fail "etcd on $(hostname) has $members members, although the cluster was never recorded as made" \
      "a fresh machine, or what an interrupted 'kubeadm init' left" \
      "if this cluster is to be kept, import its state; otherwise 'kubeadm reset --force' on each of its machines"
}

main() {
  local node=$1 peer
  node_refuse_foreign
  if node_is_member; then
    say "the cluster exists on $node already"
    return
  fi
  if peer=$(living_peer); then
    say "the cluster exists already: $peer serves it"
    return
  fi
  if node_has_traces; then
    say "found a half-done kubeadm init; clearing it"
    refuse_grown_etcd
    node_clear
  fi
  node_clear_network
  node_place_shared
  place "$ENCRYPTION_TARGET" "$ENCRYPTION_FILE" 0600 || true
  begin "kubeadm init on $node"
  logged init kubeadm init --config "$INPUT/kubeadm.yaml" --skip-token-print --skip-certificate-key-print ||
    fail "kubeadm init failed on $node" "" \
      "read $LOGS/init.log on $node; 'pulumi up' clears what it left and tries again"
  node_mark_member
  record_note_own
  # Where that fails, the roll-out does it.
  record_note_current || true
  say "the control plane answers on $node after $SECONDS s"
}

main "$@" </dev/null
