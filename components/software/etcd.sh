#!/usr/bin/env bash
# Brings etcd to this machine, and nothing else: no container runtime and no kubelet.
#
#   etcd.sh bundle SOURCE SHA256      from a bundle: a directory on the machine or an http(s) address
#   etcd.sh archive SOURCE SHA256     from an archive as etcd's releases have it: a file on the machine or an http(s)
#                                     address
#   etcd.sh preinstalled              etcd is there already; it is only checked
#
# SHA256 is that of the bundle's SHA256SUMS, or of the archive. Input: proxy.env where there is a proxy. Guarantees:
# nothing is installed that does not match its checksum; what is in place is neither touched nor fetched. On a machine
# whose member runs nothing is changed: that is its roll-out's.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load etcd-software

main() {
  local found
  if systemctl is-active --quiet etcd && [ -f "$STATE/etcd" ]; then
    say "$(hostname) is a member already; its roll-out brings what is to change"
    return
  fi
  etcd_software_install "$@"
  found=$(etcd_software_check)
  say "$(hostname) has etcd $found after $SECONDS s"
}

main "$@" </dev/null
