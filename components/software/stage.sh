#!/usr/bin/env bash
# Brings the software of a node to this machine: container runtime, kubelet, kubeadm, images.
#
#   stage.sh VERSION WAY…     VERSION of Kubernetes; WAY for the reader of a preview
#
# Input: see shell/software.sh; proxy.env where there is a proxy; leave-nodes where nodes are changed by somebody else.
# Guarantees: nothing is installed that does not match its checksum, or is not signed by the pinned key; versions are
# exact; what is in place is neither touched nor fetched. On a machine that is a node already nothing is changed: that
# is its roll-out's.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load software

main() {
  local version=$1
  mkdir -p "$STATE"
  if [ -f "$STATE/member" ]; then
    say "$(hostname) is a node already; its roll-out brings what is to change"
    return
  fi
  if [ -f "$INPUT/leave-nodes" ] && [ -f "${PKI%/*}/kubelet.conf" ]; then
    say "$(hostname) is a node already; whoever made it one changes it"
    return
  fi
  use_work
  software_ensure "$version"
  say "$(hostname) has the software of Kubernetes $version after $SECONDS s"
}

main "$@" </dev/null
