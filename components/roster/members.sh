#!/usr/bin/env bash
# Removes the members of an external etcd that are not in the list any more, from a member that is alive.
#
#   members.sh NAMES     all that are to be, comma-separated
#
# Input: see shell/member.sh. Guarantees: one at a time, under the cluster's lock, and none that the quorum needs.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load member

main() {
  local gone
  # Another machine of the list can tell where this one is not a member, or not up.
  etcd_ctl endpoint health >/dev/null 2>&1 || exit 75
  # shellcheck disable=SC2046  # a word is a name
  etcd_use "$(member_client_urls $(awk '{ print $1 }' "$INPUT/members"))"
  poll 60 "the member list of etcd" member_unwanted
  gone=$(member_unwanted)
  [ -z "$gone" ] || member_locked "$here/members-locked.sh"
}

main "$@" </dev/null
