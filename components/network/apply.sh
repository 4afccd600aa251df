#!/usr/bin/env bash
# Applies the pod network's manifest from a control plane.
#
#   apply.sh NAME
#
# NAME: the network's, for the reader of a preview. Input: manifest.yaml.
# Guarantees: the same manifest again changes nothing. What became of it is seen where it matters: a node is waited for
# when it joins.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"

main() {
  begin "applying $1"
  poll 300 "the API server to take the manifest of $1" \
    kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=20s apply --server-side --force-conflicts -f "$INPUT/manifest.yaml"
}

main "$@" </dev/null
