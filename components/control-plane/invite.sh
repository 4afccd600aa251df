#!/usr/bin/env bash
# Invites a wave of machines from this control plane: a bootstrap token, and the authorities uploaded under a key.
#
#   invite.sh NODE
#
# Input: invite.yaml (with token and key), pki/ca.crt. Both are valid for two hours.
# Guarantees: a machine that is no control plane yet does nothing, for another one does it; doing it twice is as doing it once.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"
# shellcheck source=components/control-plane/member.sh
. "$here/member.sh"

main() {
  refuse_foreign
  if ! is_member; then
    say "$1 is no control plane yet; the others invite"
    return
  fi
  mkdir -p "$LOGS"
  begin "inviting from $1"
  poll 200 "the API server to answer" kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=5s get --raw /readyz
  logged invite kubeadm init phase bootstrap-token --config "$INPUT/invite.yaml" --skip-token-print ||
    fail "kubeadm could not make the token on $1" "" "see $LOGS/invite.log there"
  logged invite kubeadm init phase upload-certs --upload-certs --config "$INPUT/invite.yaml" --skip-certificate-key-print ||
    fail "kubeadm could not upload the certificates from $1" "" "see $LOGS/invite.log there"
}

main "$@" </dev/null
