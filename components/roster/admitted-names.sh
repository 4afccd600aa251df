#!/usr/bin/env bash
# Prints the names of the machines that are to be in the cluster, one a line; asked on any control plane.
#
#   admitted-names.sh
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load admitted

main() {
  kube_require_here
  poll 30 "the list of who is in the cluster" admitted_read
  admitted_names
}

main "$@" </dev/null
