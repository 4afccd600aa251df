#!/usr/bin/env bash
# Applies the pod network's manifest from a control plane.
#
#   apply.sh NAME POD_CIDR
#
# NAME: the network's, for the reader of a preview. POD_CIDR: the addresses that the manifest gives to pods.
# Input: manifest.yaml; endpoint, which that names. Run on any control plane.
# Guarantees: the same manifest again changes nothing; one with other addresses or another endpoint than the cluster was
# made with is refused. What became of it is seen where it matters: a node is waited for when it joins.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load record

main() {
  kube_require_here
  begin "applying $1"
  poll 300 "the API server to tell what the cluster was made with" record_read
  record_refuse_other podSubnet "$2"
  record_refuse_other controlPlaneEndpoint "$(cat "$INPUT/endpoint")"
  poll 300 "the API server to take the manifest of $1" \
    kube apply --server-side --force-conflicts -f "$INPUT/manifest.yaml"
}

main "$@" </dev/null
