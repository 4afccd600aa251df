#!/usr/bin/env bash
# Tells the cluster which machines are to be Nodes, with their addresses and names: the approver of serving certificates
# goes by that.
#
#   admit.sh NAMES     (for the reader of a preview)
#
# Input: nodes, one line a machine: its name, its addresses, and its other names as "DNS:name". Run on any control
# plane. Guarantees: the list is what it says, whatever it was.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load kube

# Where approve.sh reads it.
LIST=kubeadm-ha-nodes

admit() {
  kube -n kube-system create configmap "$LIST" --from-file="$INPUT/nodes" --dry-run=client -o yaml |
    kube apply --server-side --force-conflicts --field-manager=kubeadm-ha -f -
}

main() {
  kube_require_here
  begin "admitting ${1//,/, }"
  poll 120 "the API server to take the list of nodes" admit
}

main "$@" </dev/null
