#!/usr/bin/env bash
# Ends the load balancer of a machine that is let go: it gives the virtual address up, at once and for good.
#
#   leave.sh NAME
#
# NAME: what the machine was called. Guarantees: what did not come from here is left alone, and so is the load balancer of a
# machine that has come back under another name meanwhile.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"
# shellcheck source=components/load-balancer/service.sh
. "$here/service.sh"

main() {
  local name=$1 service
  if [ "$(cat "$OWNER" 2>/dev/null || echo "$name")" != "$name" ]; then
    say "this machine is $(cat "$OWNER") now, and goes on"
    return
  fi
  # First the address: as long as this machine has it, clients need the load balancer.
  for service in keepalived haproxy nginx; do
    give_up "$service"
  done
  rm -f "$OWNER"
}

main "$@" </dev/null
