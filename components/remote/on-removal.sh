#!/usr/bin/env bash
# Runs a last step on a machine that the stack lets go of, if it can be reached. Runs where Pulumi does.
#
#   on-removal.sh NAME FIX COMMAND [insist]
#
# NAME: the machine's. FIX: what a person does there where this could not. COMMAND: what the machine's shell is to run.
# insist: where COMMAND is run there and fails, so does this.
# Input: ssh_config with the host `machine`, and the files it names; step, which COMMAND reads.
# Guarantees: ends 0 where a machine cannot be reached, which takes some 10 s, and else within COMMAND's own limit: a
# machine that is dead holds nobody up.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load remote/ssh

main() {
  local name=$1 fix=$2 command=$3 status=0
  cd "$INPUT"
  begin "taking leave of $name"
  ssh_limited "$DEADLINE" machine "$command" <step || status=$?
  if [ "${4:-}" = insist ] && ! ssh_is_away "$status"; then exit "$status"; fi
  [ "$status" = 0 ] || say "note: $name could not be told that it is let go (status $status); if it lives on: $fix"
}

main "$@" </dev/null
