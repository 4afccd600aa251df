#!/usr/bin/env bash
# Ends the load balancer of a machine that was removed from the stack: it gives the virtual address up, at once and for
# good, and its files are what they were before. The packages stay.
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
load before load-balancer/service

# still_owner NAME: whether this machine has its load balancer as that one. Version 0.1 noted the name alone.
still_owner() {
  local owner id
  { read -r owner && read -r id; } <"$SERVICE_OWNER" || true
  [ "${owner:-$1}" = "$1" ] && [ "${id:-$(cat "$INPUT/instance-id")}" = "$(cat "$INPUT/instance-id")" ]
}

# What came from here, and what it took the place of. An earlier version kept none of the latter: then the package
# brings it.
put_back() {
  local service
  before_is_known || rm -f /etc/haproxy/haproxy.cfg /etc/nginx/nginx.conf /etc/keepalived/keepalived.conf
  rm -f /etc/{haproxy,keepalived}/kubernetes-ca.crt /etc/haproxy/down-state /etc/keepalived/check.sh \
    /var/lib/haproxy/server-state
  before_put_back /etc/haproxy /etc/nginx /etc/keepalived
  for service in "${SERVICE_ALL[@]}"; do
    rm -f "$(service_not_loaded "$service")"
    before_put_back "$(dirname "$(service_drop_in "$service")")" "$BEFORE_WANTED/$service.service"
  done
}

main() {
  local service
  if [ -f "$SERVICE_OWNER" ] && ! still_owner "$1"; then
    say "this machine is $(paste -sd' ' "$SERVICE_OWNER") now, and goes on"
    return
  fi
  # First the address: as long as this machine has it, clients need the load balancer.
  for service in "${SERVICE_ALL[@]}"; do
    service_disable "$service"
  done
  [ ! -f "$SERVICE_OWNER" ] || put_back
  rm -f "$SERVICE_OWNER"
  # Where it was nothing else, nothing else is known of it either.
  if [ -z "$(find "$STATE" ! -type d ! -path "$STATE/before*" -print -quit 2>/dev/null)" ]; then
    before_put_back
    rm -rf "$STATE/before" "$STATE/before-unknown"
    rmdir "$STATE" 2>/dev/null || true
  fi
}

main "$@" </dev/null
