#!/usr/bin/env bash
# Lets the API server of a living control plane read the key that is to write from now on. All of them do before the
# roll-out lets one write.
#
#   read-new-key.sh NODE
#
# Input: address, security/. Guarantees: nothing is started again; the key that writes stays the one it is.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load encryption

main() {
  encryption_read_new "$1" "$(cat "$INPUT/address")"
}

main "$@" </dev/null
