#!/usr/bin/env bash
# Has control planes leave the cluster that are not in its list any more, one after the other. Runs where Pulumi does,
# when the list changes, and has what was known of the machines of the former one.
#
#   departures.sh NAMES     of the former list, comma-separated (for the reader of a preview)
#
# Input: see remote/reach.ts, with the steps `admitted` (prints the names of the list as it is now) and `leave`.
# Guarantees: one that cannot leave ends it, and the next one stays; one that cannot be reached costs some 10 s, and is
# left to the others (roster.sh).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load remote/ssh

# on_machine NAME STEP SECONDS: has it run there.
on_machine() {
  cd "$INPUT/$1"
  ssh_limited "$3" machine "$(cat "$2")" <"$INPUT/$2.step"
}

# Those that are in the list now, as the first machine tells that can. There is no cluster of nobody: a list that is
# lost tells nothing, and by an empty one all would leave.
ask_admitted() {
  local name
  while read -r name; do
    ! (on_machine "$name" admitted 60 >"$INPUT/admitted" 2>/dev/null) || [ ! -s "$INPUT/admitted" ] || return 0
  done <"$INPUT/machines"
  return 1
}

depart() {
  local name=$1 status=0
  begin "$name leaves"
  (on_machine "$name" leave 2000) || status=$?
  [ "$status" = 0 ] || ssh_is_away "$status" || exit "$status"
  [ "$status" = 0 ] || say "note: $name could not be reached; the others do what it does not"
}

main() {
  local name
  require_programs ssh
  if ! ask_admitted; then
    say "note: no machine of the former list tells who is in the cluster now"
    return
  fi
  while read -r name; do
    grep -qxF -- "$name" "$INPUT/admitted" || depart "$name"
  done <"$INPUT/machines"
}

main "$@" </dev/null
