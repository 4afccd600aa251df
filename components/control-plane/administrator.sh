#!/usr/bin/env bash
# Signs an administrator's certificate on this control plane, and prints a kubeconfig with it.
#
#   administrator.sh NODE VALIDITY
#
# Input: kubeadm.yaml. Prints: the kubeconfig, a secret. VALIDITY: of the certificate, as `8760h`.
# Guarantees: nothing is left on the machine.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"

main() {
  begin "signing the administrator's certificate on $1"
  [ -f /etc/kubernetes/pki/ca.key ] || fail "$1 has no key of the cluster's CA" "a control plane of this cluster"
  # The group is the one that `kubeadm init` binds to cluster-admin for its own admin.conf.
  kubeadm kubeconfig user --config "$INPUT/kubeadm.yaml" --client-name kubeadm-ha-admin --org kubeadm:cluster-admins \
    --validity-period "$2" 2>"$INPUT/log" || fail "kubeadm could not sign: $(tail -n 1 "$INPUT/log")"
}

main "$@" </dev/null
