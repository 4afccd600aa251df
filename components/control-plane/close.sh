#!/usr/bin/env bash
# Takes an invitation back when everyone has joined: the token, and the uploaded certificates with theirs.
#
#   close.sh NODE
#
# Input: token (its ID, the public half). Guarantees: nothing else is deleted; what has expired is no error.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"

kubectl() {
  command kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=10s --namespace kube-system "$@"
}

# kubeadm ties what it uploads to tokens that are good for nothing else, and knows them by their description.
uploads() {
  kubectl get secrets --field-selector type=bootstrap.kubernetes.io/token \
    -o go-template="{{range .items}}{{if .data.description}}{{if eq .data.description \"$(printf 'Proxy for managing TTL for the kubeadm-certs secret' | base64 -w 0)\"}}{{.metadata.name}} {{end}}{{end}}{{end}}" >"$INPUT/uploads"
}

main() {
  begin "taking the invitation back from $1"
  poll 120 "the API server to name the tokens of uploads" uploads
  # shellcheck disable=SC2046  # names of Secrets
  poll 60 "the invitation to be deleted" kubectl delete secret --ignore-not-found kubeadm-certs "bootstrap-token-$(cat "$INPUT/token")" $(cat "$INPUT/uploads")
}

main "$@" </dev/null
