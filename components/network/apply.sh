#!/usr/bin/env bash
# Applies the pod network's manifest from a control plane.
#
#   apply.sh NAME POD_CIDR
#
# NAME: the network's, for the reader of a preview. POD_CIDR: the addresses that the manifest gives to pods. Input: manifest.yaml;
# endpoint, which that names.
# Guarantees: the same manifest again changes nothing; one with other addresses or another endpoint than the cluster was made with
# is refused. What became of it is seen where it matters: a node is waited for when it joins.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"

kubectl() {
  command kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=20s "$@"
}

read_record() {
  kubectl -n kube-system get configmap kubeadm-config -o 'jsonpath={.data.ClusterConfiguration}' >"$INPUT/record"
}

# refuse_other KEY CONFIGURED WHAT: fails where the cluster was made with another one.
refuse_other() {
  local made
  made=$(sed -nE "s/^ *$1: *[\"']?([^\"']*)[\"']?$/\1/p" "$INPUT/record")
  [ "$made" = "$2" ] || fail "the cluster was made with $made for $3; configured is $2" \
    "what it was made with: this never changes in a cluster's life" "put the configuration back; nothing was touched"
}

main() {
  begin "applying $1"
  poll 300 "the API server to tell what the cluster was made with" read_record
  refuse_other podSubnet "$2" "its pods"
  refuse_other controlPlaneEndpoint "$(cat "$INPUT/endpoint")" "its endpoint"
  poll 300 "the API server to take the manifest of $1" \
    kubectl apply --server-side --force-conflicts -f "$INPUT/manifest.yaml"
}

main "$@" </dev/null
