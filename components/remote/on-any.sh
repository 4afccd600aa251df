#!/usr/bin/env bash
# Runs a step on the first of some machines that can do it. Runs where Pulumi does.
#
#   on-any.sh SCRIPT ARGUMENT…     (for the reader of a preview; what is run is in the input)
#
# Input: machines (their names, one a line, in the order in which they are asked); for each a folder of its name with
# ssh_config (of the host `machine`), the files that this names, and command, what its shell is to run; command.step,
# which that reads; limit, the seconds that it may take on one of them. Prints what the step prints.
# Guarantees: a machine that is away, or that cannot do it (status 75), costs some seconds and is not an error as long
# as another one can; all of them are asked again for two minutes. What the step itself fails with is what this fails
# with. Where a machine goes away in the middle of the step, the next one does it: a step can be run again at any time.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load remote/ssh

# on_machine NAME: sets `status` to how the step ended there. The file `output` has what it printed, and nothing of an
# earlier attempt.
on_machine() {
  status=0
  cd "$INPUT/$1"
  ssh_limited "$LIMIT" -E ssh.log machine "$(cat command)" <"$INPUT/command.step" >"$INPUT/output" || status=$?
}

# ask_all: succeeds when one of them has done it; else `refusals` has what came of each.
ask_all() {
  local name begun
  refusals=""
  while read -r name; do
    begun=$SECONDS
    on_machine "$name"
    case $status in
      0) return ;;
      255) refusals+="${refusals:+; }$name could not be reached ($(tail -n 1 ssh.log 2>/dev/null | tr -d '\r'))" ;;
      75) refusals+="${refusals:+; }$name does not serve the cluster" ;;
      *) give_up "$name" $((SECONDS - begun)) ;;
    esac
  done <"$INPUT/machines"
  return 1
}

# give_up NAME SECONDS: for what the step itself ended with; it has said why, if it had the time.
give_up() {
  [ "$2" -lt "$LIMIT" ] || fail "$1 did not end the step in $LIMIT s" "" "look at that machine; 'pulumi up' tries again"
  exit "$status"
}

main() {
  local status refusals tell=0
  require_programs ssh
  LIMIT=$(cat "$INPUT/limit")
  until ask_all; do
    [ "$SECONDS" -lt 120 ] || fail "no control plane could do it: $refusals" "one that serves the cluster" \
      "see what is wrong with them; 'pulumi up' tries again"
    if [ "$SECONDS" -ge "$tell" ]; then
      say "$refusals; asking again"
      tell=$((SECONDS + 30))
    fi
    sleep 1
  done
  cat "$INPUT/output"
}

main "$@" </dev/null
