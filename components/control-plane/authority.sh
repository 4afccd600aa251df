#!/usr/bin/env bash
# Makes the cluster's CA on this machine, before there is a cluster, and prints its certificate.
#
#   authority.sh NODE
#
# Input: kubeadm.yaml. Prints: the CA's certificate, which is no secret.
# Guarantees: a CA that is there is kept; a machine of a cluster whose authorities came from elsewhere is refused unchanged.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"

PKI=/etc/kubernetes/pki
# Says that the authorities were made here.
MADE=/var/lib/kubeadm-ha/authority

main() {
  [ -f "$MADE" ] || [ ! -f "$PKI/ca.crt" ] || fail \
    "$1 belongs to a cluster already, whose certificates were not made by kubeadm here" \
    "a machine without a cluster" \
    "a cluster's authorities never change in its life: set back what was changed about them; if that cluster is to be given up, run 'kubeadm reset --force && rm -rf /etc/kubernetes /var/lib/kubeadm-ha' on each of its machines, then 'pulumi up' again"
  mkdir -p "$LOGS" "${MADE%/*}"
  : >"$MADE"
  logged authority kubeadm init phase certs ca --config "$INPUT/kubeadm.yaml" ||
    fail "kubeadm could not make the cluster's CA on $1" "" "see $LOGS/authority.log there"
  cat "$PKI/ca.crt"
}

main "$@" </dev/null
