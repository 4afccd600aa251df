#!/usr/bin/env bash
# Makes what a batch of machines joins with: a bootstrap token, and the CAs uploaded under a key.
#
#   upload.sh
#
# Input: upload.yaml (with token and key), pki/ca.crt. Both are valid for two hours. Run on any control plane.
# Guarantees: doing it twice is as doing it once.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../../shell/load.sh"
load node kube

main() {
  node_is_member || exit 75
  kube_require_here
  begin "making the credentials to join with"
  # By its usual path kubeadm would ask at the address in upload.yaml instead, which is another machine's.
  install -m 0600 "$KUBE_CONFIG" "$INPUT/admin.conf"
  logged upload kubeadm init phase bootstrap-token --config "$INPUT/upload.yaml" --kubeconfig "$INPUT/admin.conf" \
    --skip-token-print ||
    fail "kubeadm could not make the token on $(hostname)" "" "see $LOGS/upload.log there"
  logged upload kubeadm init phase upload-certs --config "$INPUT/upload.yaml" --kubeconfig "$INPUT/admin.conf" \
    --upload-certs --skip-certificate-key-print ||
    fail "kubeadm could not upload the certificates from $(hostname)" "" "see $LOGS/upload.log there"
}

main "$@" </dev/null
