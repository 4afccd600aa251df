#!/usr/bin/env bash
# Makes the cluster's CA on this machine, before there is a cluster, and prints its certificate.
#
#   make-ca.sh NODE
#
# Input: kubeadm.yaml. Prints: the CA's certificate, which is not a secret.
# Guarantees: a CA that is there is kept; a machine of a cluster whose CAs came from elsewhere is refused unchanged.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../../shell/load.sh"
load node

# Says that the CAs were made here.
MADE=$STATE/authority

main() {
  [ -f "$MADE" ] || [ ! -f "$PKI/ca.crt" ] || fail \
    "$1 belongs to a cluster already, whose certificates were not made by kubeadm here" \
    "a machine without a cluster" \
    "$(node_foreign_fix)"
  mkdir -p "$LOGS" "${MADE%/*}"
  : >"$MADE"
  logged authority kubeadm init phase certs ca --config "$INPUT/kubeadm.yaml" ||
    fail "kubeadm could not make the cluster's CA on $1" "" "see $LOGS/authority.log there"
  cat "$PKI/ca.crt"
}

main "$@" </dev/null
