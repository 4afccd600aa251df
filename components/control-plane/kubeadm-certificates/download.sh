#!/usr/bin/env bash
# Downloads the CAs that control planes share to this machine, before it joins.
#
#   download.sh NODE
#
# Input: download.yaml (with the certificate key), discovery.conf (a kubeconfig with the token), pki/ca.crt.
# Guarantees: a machine that has them is left as it is, whatever has become of token and key; one of another cluster is
# refused unchanged. They outlive a half-done join, so that this is needed once in a machine's life.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../../shell/load.sh"
load node

DISCOVERY=/etc/kubernetes/discovery.conf

main() {
  node_refuse_foreign
  node_restore_shared
  if [ -f "$PKI/ca.key" ] && [ -f "$PKI/sa.key" ] && [ -f "$PKI/front-proxy-ca.key" ]; then
    say "$1 has the certificates already"
    return
  fi
  mkdir -p "$LOGS"
  begin "downloading the certificates to $1"
  place "$INPUT/discovery.conf" "$DISCOVERY" 0600 || true
  logged download kubeadm join phase control-plane-prepare download-certs --config "$INPUT/download.yaml" ||
    fail "kubeadm could not download the certificates to $1" "credentials of this batch, valid for two hours" \
      "see $LOGS/download.log there; if it has expired: pulumi up --replace '**-upload'"
  rm -f "$DISCOVERY"
}

main "$@" </dev/null
