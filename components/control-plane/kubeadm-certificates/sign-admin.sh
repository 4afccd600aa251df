#!/usr/bin/env bash
# Signs an administrator's certificate, and prints a kubeconfig with it.
#
#   sign-admin.sh VALIDITY
#
# VALIDITY: of the certificate, as `8760h`. Input: kubeadm.yaml. Prints: the kubeconfig, a secret. Run on any control
# plane. Guarantees: nothing is left on the machine.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../../shell/load.sh"
load kube

main() {
  [ -f "$PKI/ca.key" ] || exit 75
  kube_require_here
  begin "signing the administrator's certificate"
  # The group is the one that `kubeadm init` binds to cluster-admin for its own admin.conf.
  kubeadm kubeconfig user --config "$INPUT/kubeadm.yaml" --client-name kubeadm-ha-admin --org kubeadm:cluster-admins \
    --validity-period "$1" 2>"$INPUT/log" || fail "kubeadm could not sign: $(tail -n 1 "$INPUT/log")"
}

main "$@" </dev/null
