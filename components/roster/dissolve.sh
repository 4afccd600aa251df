#!/usr/bin/env bash
# Tells this machine that the whole cluster goes, in the minutes to come: it leaves without asking the others.
#
#   dissolve.sh
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load dissolving

main() {
  dissolving_say
}

main "$@" </dev/null
