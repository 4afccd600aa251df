#!/usr/bin/env bash
# Ends the load balancer of a machine that was removed from the stack: it gives the virtual address up, at once and for
# good.
#
#   leave.sh NAME
#
# NAME: what the machine was called. Input: instance-id, by which it was told from others of that name. Guarantees: what
# did not come from here is left alone, and so is the load balancer of a machine that has come back meanwhile, under
# another name or as another instance.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load load-balancer/service

# still_owner NAME: whether this machine has its load balancer as that one. Version 0.1 noted the name alone.
still_owner() {
  local owner id
  { read -r owner && read -r id; } <"$SERVICE_OWNER" || true
  [ "${owner:-$1}" = "$1" ] && [ "${id:-$(cat "$INPUT/instance-id")}" = "$(cat "$INPUT/instance-id")" ]
}

main() {
  local service
  if [ -f "$SERVICE_OWNER" ] && ! still_owner "$1"; then
    say "this machine is $(paste -sd' ' "$SERVICE_OWNER") now, and goes on"
    return
  fi
  # First the address: as long as this machine has it, clients need the load balancer.
  for service in keepalived haproxy nginx; do
    service_disable "$service"
  done
  rm -f "$SERVICE_OWNER"
}

main "$@" </dev/null
