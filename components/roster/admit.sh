#!/usr/bin/env bash
# Tells the cluster which machines are to be Nodes, with their addresses and names: the approver of serving certificates
# goes by that, and so does who leaves.
#
#   admit.sh NAMES     (for the reader of a preview)
#
# Input: nodes, one line a machine: its name, its addresses, and its other names as "DNS:name". Run on any control
# plane. Guarantees: the list is what it says, whatever it was; who was in it and is no more is noted beside it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load admitted

# approve.sh reads the list.
admit() {
  admitted_read || return 1
  { admitted_names && cat "$ADMITTED_FORMER"; } | sort -u | grep -vxF -f <(cut -d' ' -f1 "$INPUT/nodes") \
    >"$INPUT/former" || true
  kube -n kube-system create configmap "$ADMITTED_LIST" --from-file="$INPUT/nodes" --from-file="$INPUT/former" \
    --dry-run=client -o yaml |
    kube apply --server-side --force-conflicts --field-manager=kubeadm-ha -f -
}

main() {
  kube_require_here
  begin "admitting ${1//,/, }"
  poll 120 "the API server to take the list of nodes" admit
}

main "$@" </dev/null
