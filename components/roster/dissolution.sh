#!/usr/bin/env bash
# Tells every machine of the cluster that all of it goes, so that each leaves without asking the others. Runs where
# Pulumi does.
#
#   dissolution.sh NAMES     (for the reader of a preview)
#
# Input: see remote/reach.ts, with the step `dissolve`. Guarantees: machines that cannot be reached are not waited for
# longer than some 10 s; one that can be, and does not take it, makes this fail.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load remote/ssh

# tell NAME
tell() {
  local status=0
  cd "$INPUT/$1"
  ssh_limited 60 machine "$(cat dissolve)" <"$INPUT/dissolve.step" || status=$?
  [ "$status" != 0 ] || return 0
  ssh_is_away "$status" || exit "$status"
  say "note: $1 could not be reached"
}

main() {
  local name told=() failed=0
  require_programs ssh
  while read -r name; do
    tell "$name" &
    told+=($!)
  done <"$INPUT/machines"
  for name in "${told[@]}"; do wait "$name" || failed=1; done
  [ "$failed" = 0 ] || fail "not every machine took it that the cluster goes" "" "'pulumi destroy' tries again"
}

main "$@" </dev/null
