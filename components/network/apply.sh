#!/usr/bin/env bash
# Applies the pod network's manifest from a control plane.
#
#   apply.sh NAME POD_CIDR
#
# NAME: the network's, for the reader of a preview. POD_CIDR: the addresses that the manifest gives to pods. Input: manifest.yaml.
# Guarantees: the same manifest again changes nothing; one with other addresses than the cluster was made with is refused. What
# became of it is seen where it matters: a node is waited for when it joins.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"

kubectl() {
  command kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=20s "$@"
}

read_pod_cidr() {
  kubectl -n kube-system get configmap kubeadm-config -o 'jsonpath={.data.ClusterConfiguration}' |
    sed -n 's/^ *podSubnet: *//p' >"$INPUT/pod-cidr"
}

main() {
  begin "applying $1"
  poll 300 "the API server to tell the addresses of pods" read_pod_cidr
  [ "$(cat "$INPUT/pod-cidr")" = "$2" ] || fail "the cluster was made with $(cat "$INPUT/pod-cidr") for its pods; configured is $2" \
    "what it was made with: this never changes in a cluster's life" "put the configuration back; nothing was touched"
  poll 300 "the API server to take the manifest of $1" \
    kubectl apply --server-side --force-conflicts -f "$INPUT/manifest.yaml"
}

main "$@" </dev/null
