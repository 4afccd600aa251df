#!/usr/bin/env bash
# Removes members of an external etcd. Run by members.sh while it holds the cluster's lock.
#
#   members-locked.sh
#
# Environment: MEMBERS, client URLs of those to ask. Input: see shell/member.sh.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load member

main() {
  local ids id
  etcd_use "$MEMBERS"
  ids=$(member_unwanted) || fail "etcd does not tell its members" "a majority of them up"
  for id in $ids; do
    etcd_remove "$id" "a member that is not to be any more"
  done
}

main "$@" </dev/null
