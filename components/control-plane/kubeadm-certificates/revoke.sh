#!/usr/bin/env bash
# Revokes what a batch of machines joined with: the token, and the uploaded certificates with theirs.
#
#   revoke.sh
#
# Input: token (its ID, the public half). Run on any control plane.
# Guarantees: nothing else is deleted; what has expired is not an error.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../../shell/load.sh"
load kube

# kubeadm ties what it uploads to tokens that are good for nothing else, and knows them by their description.
UPLOAD='Proxy for managing TTL for the kubeadm-certs secret'

uploads() {
  local description template
  description=$(printf '%s' "$UPLOAD" | base64 -w 0)
  template="{{range .items}}{{if .data.description}}{{if eq .data.description \"$description\"}}"
  template+='{{.metadata.name}} {{end}}{{end}}{{end}}'
  kube -n kube-system get secrets --field-selector type=bootstrap.kubernetes.io/token \
    -o go-template="$template" >"$INPUT/uploads"
}

main() {
  kube_require_here
  begin "revoking the credentials to join with"
  poll 120 "the API server to name the tokens of uploads" uploads
  # shellcheck disable=SC2046  # names of Secrets
  poll 60 "the credentials to be deleted" kube -n kube-system delete secret --ignore-not-found kubeadm-certs \
    "bootstrap-token-$(cat "$INPUT/token")" $(cat "$INPUT/uploads")
}

main "$@" </dev/null
