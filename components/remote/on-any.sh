#!/usr/bin/env bash
# Runs a step on the first of some machines that can do it. Runs where Pulumi does.
#
#   on-any.sh SCRIPT ARGUMENT…     (for the reader of a preview; what is run is in the input)
#
# Input: machines (their names, one a line, in the order in which they are asked); for each a folder of its name with ssh_config (of the host
# `machine`), the files that this names, and command, what its shell is to run; step, which that reads. Prints what the step prints.
# Guarantees: a machine that is away, or that cannot do it (status 75), costs some seconds and is no error as long as another one can; all of
# them are asked again for two minutes. What the step itself fails with is what this fails with.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"

# on_machine NAME: sets `status` to how the step ended there.
on_machine() {
  status=0
  cd "$INPUT/$1"
  timeout -k 5 "$DEADLINE" ssh -F ssh_config machine "$(cat command)" <"$INPUT/step" || status=$?
}

main() {
  local names name status refusals
  require_programs ssh
  mapfile -t names <"$INPUT/machines"
  until [ "$SECONDS" -gt 120 ]; do
    refusals=()
    for name in "${names[@]}"; do
      on_machine "$name"
      case $status in
        0) return ;;
        255) refusals+=("$name could not be reached") ;;
        75) refusals+=("$name does not serve the cluster") ;;
        *) exit "$status" ;;
      esac
    done
    say "$(printf '%s; ' "${refusals[@]}")asking again"
    sleep 1
  done
  fail "no control plane could do it: $(printf '%s; ' "${refusals[@]}")" "one that serves the cluster" \
    "see what is wrong with them; 'pulumi up' tries again"
}

main "$@" </dev/null
