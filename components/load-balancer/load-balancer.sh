#!/usr/bin/env bash
# Runs a load balancer in front of the API servers on this machine.
#
#   load-balancer.sh KIND BACKENDS [VIRTUAL-ADDRESS [INTERFACE]]
#
# KIND: haproxy or nginx. BACKENDS: their names, comma-separated (for the reader of a preview; the addresses are in the
# input). VIRTUAL-ADDRESS: one that this machine shares with others. INTERFACE: where that belongs, if not beside the
# machine's own address.
# Input: owner (the machine's name and instance id, a line each); ca.crt; haproxy.cfg and down-state, or nginx.conf;
# with a virtual address keepalived.conf and address (the machine's own); where configured proxy.env and no-time-sync.
# Installs the distribution's packages where they are missing.
# Guarantees: a configuration that the program refuses is never put in place; a changed one is a reload, which keeps
# open connections and the virtual address. Another KIND than before takes the port over, which cuts connections.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load before boot clock load-balancer/haproxy load-balancer/nginx load-balancer/keepalived

main() {
  local kind=$1 backends=$2 virtual_address=${3:-} interface=${4:-} service
  say "$kind in front of ${backends//,/, }"
  place "$INPUT/owner" "$SERVICE_OWNER" || true
  # Their packages start them.
  for service in "${SERVICE_ALL[@]}"; do before_note_enabled "$service"; done
  boot_await
  # API servers are known by certificates, which are not valid yet where it is too early.
  clock_await packages_install_clock
  case $kind in
    haproxy)
      haproxy_prepare
      service_disable nginx
      haproxy_run
      ;;
    nginx)
      nginx_prepare
      service_disable haproxy
      nginx_run
      ;;
    *) fail "no such kind of load balancer: $kind" "haproxy or nginx" ;;
  esac
  poll 30 "$kind to listen on port 6443" service_listening 127.0.0.1
  if [ -n "$virtual_address" ]; then
    keepalived_run "$virtual_address" "$interface"
  else
    service_disable keepalived
  fi
}

main "$@" </dev/null
