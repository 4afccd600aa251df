#!/usr/bin/env bash
# Sees to it that every Secret is under the key that writes, when all control planes have their keys.
#
#   rewrite-secrets.sh KEYS      KEYS: their names, the writing one first, comma-separated
#
# Input: etcd-data-dir or etcd-endpoints. Run on any control plane. Guarantees: a Secret is only written as it is, and
# none before every API server writes with that key.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load encryption

# under KEY: succeeds when no Secret is under another one; prints those that are in use.
under() {
  encryption_read_in_use || return 1
  echo "Secrets are under $(paste -sd, "$ENCRYPTION_IN_USE")"
  ! grep -qvxF -- "$1" "$ENCRYPTION_IN_USE"
}

# rewritten KEY: writes every Secret as it is. One that changes meanwhile is refused, and was written by that very
# change.
rewritten() {
  ! under "$1" || return 0
  kube --request-timeout=120s get secrets --all-namespaces -o json |
    kube --request-timeout=120s replace -f - >/dev/null 2>&1 || true
  under "$1"
}

main() {
  local keys=$1 first=${1%%,*}
  kube_require_here
  begin "looking which keys Secrets are under"
  if [ "$keys" = "$first" ] && under "$first" >/dev/null; then return; fi
  PAUSE=3 poll 200 "every API server to write with the key $first" encryption_loaded_everywhere \
    "$(encryption_sum "$ENCRYPTION_FILE")"
  begin "writing Secrets again that are not under $first"
  poll 600 "every Secret to be under $first" rewritten "$first"
  say "every Secret is under $first"
}

main "$@" </dev/null
