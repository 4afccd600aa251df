#!/usr/bin/env bash
# Makes the cluster: `kubeadm init` on its first control plane, once in the cluster's life.
#
#   bootstrap.sh NODE
#
# Input: kubeadm.yaml, pki/ (the shared CAs and keys), patches/ (optional), peers (addresses of the other control
# planes, one a line). Guarantees: a cluster that exists is never initialised again, whether it lives here or on a peer;
# a half-done init is cleared and repeated; a machine of another cluster is refused unchanged.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"
# shellcheck source=components/control-plane/member.sh
. "$here/member.sh"
# shellcheck source=components/control-plane/ready.sh
. "$here/ready.sh"
# shellcheck source=components/control-plane/published.sh
. "$here/published.sh"

# shellcheck disable=SC2034  # for ready.sh
KUBECONFIG=/etc/kubernetes/admin.conf

# Prints the first peer whose API server has a certificate of this cluster's CA.
living_peer() {
  local peer
  while read -r peer; do
    [ -n "$peer" ] || continue
    # Any HTTP answer will do: what tells is that the TLS handshake succeeds with our CA.
    if curl -sS -o /dev/null --max-time 3 --cacert "$INPUT/pki/ca.crt" "https://$(url_host "$peer"):6443/livez" 2>/dev/null; then
      echo "$peer"
      return
    fi
  done <"$INPUT/peers"
  return 1
}

# A half-done init has one etcd member at most, for joins begin after it. More means a cluster that somebody uses.
refuse_grown_etcd() {
  local members
  [ -n "$ETCD_DATA" ] && [ -f "$PKI/etcd/healthcheck-client.crt" ] || return 0
  members=$(etcdctl --endpoints=https://127.0.0.1:2379 --cacert="$PKI/etcd/ca.crt" \
    --cert="$PKI/etcd/healthcheck-client.crt" --key="$PKI/etcd/healthcheck-client.key" \
    --dial-timeout=2s --command-timeout=5s member list 2>/dev/null | wc -l) || true
  [ "$members" -le 1 ] || fail "etcd on $(hostname) has $members members, although the cluster was never recorded as made" \
    "a fresh machine, or what an interrupted 'kubeadm init' left" \
    "if this cluster is to be kept, import its state; otherwise 'kubeadm reset --force' on each of its machines"
}

main() {
  local node=$1 peer
  refuse_foreign
  if is_member; then
    say "the cluster exists on $node already"
    return
  fi
  if peer=$(living_peer); then
    say "the cluster exists already: $peer serves it"
    return
  fi
  if has_traces; then
    say "found a half-done kubeadm init; clearing it"
    refuse_grown_etcd
    clear_traces
  fi
  clear_network
  place_shared_files
  place "$INPUT/security/encryption.yaml" "$SECURITY/encryption.yaml" 0600 || true
  begin "kubeadm init on $node"
  logged bootstrap kubeadm init --config "$INPUT/kubeadm.yaml" --skip-token-print --skip-certificate-key-print ||
    fail "kubeadm init failed on $node" "" "read $LOGS/bootstrap.log on $node; 'pulumi up' clears what it left and tries again"
  mark_member
  note_settings
  # Where that fails, settings.sh does it.
  note_published || true
  say "the control plane answers on $node after $SECONDS s"
}

main "$@" </dev/null
