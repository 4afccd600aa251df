#!/usr/bin/env bash
# Sees to it that every Secret is under the key that writes, when all control planes have their keys.
#
#   secrets.sh KEYS      KEYS: their names, the writing one first, comma-separated
#
# Input: address, security/; etcd-data-dir or etcd-endpoints. Guarantees: a Secret is only written as it is, and none before
# every API server writes with that key.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"
# shellcheck source=components/control-plane/member.sh
. "$here/member.sh"
# shellcheck source=components/etcd/quorum.sh
. "$here/../etcd/quorum.sh"
# shellcheck source=components/control-plane/ready.sh
. "$here/ready.sh"
# shellcheck source=components/control-plane/encryption.sh
. "$here/encryption.sh"

# shellcheck disable=SC2034  # for ready.sh
KUBECONFIG=/etc/kubernetes/admin.conf
# shellcheck disable=SC2034  # for quorum.sh
PEERS=https://127.0.0.1:2379

# under KEY: succeeds when no Secret is under another one; prints those that are in use.
under() {
  read_keys_in_use || return 1
  echo "Secrets are under $(paste -sd, "$IN_USE")"
  ! grep -qvxF -- "$1" "$IN_USE"
}

# rewritten KEY: writes every Secret as it is. One that changes meanwhile is refused, and was written by that very change.
rewritten() {
  ! under "$1" || return 0
  kubectl --request-timeout=120s get secrets --all-namespaces -o json |
    kubectl --request-timeout=120s replace -f - >/dev/null 2>&1 || true
  under "$1"
}

main() {
  local keys=$1 first=${1%%,*}
  begin "looking which keys Secrets are under"
  if [ "$keys" = "$first" ] && under "$first" >/dev/null; then return; fi
  PAUSE=3 poll 200 "every API server to write with the key $first" loaded_everywhere "$(sum "$ENCRYPTION")"
  begin "writing Secrets again that are not under $first"
  poll 600 "every Secret to be under $first" rewritten "$first"
  say "every Secret is under $first"
}

main "$@" </dev/null
