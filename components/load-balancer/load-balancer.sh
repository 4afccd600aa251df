#!/usr/bin/env bash
# Runs a load balancer in front of the API servers on this machine.
#
#   load-balancer.sh KIND BACKENDS [VIRTUAL-ADDRESS [INTERFACE]]
#
# KIND: haproxy or nginx. BACKENDS: their names, comma-separated (for the reader of a preview; the addresses are in the
# input). VIRTUAL-ADDRESS: one that this machine shares with others. INTERFACE: where that belongs, if not beside the
# machine's own address.
# Input: name (the machine's); ca.crt; haproxy.cfg and down-state, or nginx.conf; with a virtual address keepalived.conf and
# address (the machine's own); where configured proxy.env and no-time-sync. Installs the distribution's packages where they are missing.
# Guarantees: a configuration that the program refuses is never put in place; a changed one is a reload, which keeps open
# connections and the virtual address. Another KIND than before takes the port over, which cuts connections.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"
# shellcheck source=components/host/machine.sh
. "$here/../host/machine.sh"
# shellcheck source=components/host/package-manager.sh
. "$here/../host/package-manager.sh"
# shellcheck source=components/load-balancer/service.sh
. "$here/service.sh"
# shellcheck source=components/load-balancer/haproxy.sh
. "$here/haproxy.sh"
# shellcheck source=components/load-balancer/nginx.sh
. "$here/nginx.sh"
# shellcheck source=components/load-balancer/keepalived.sh
. "$here/keepalived.sh"

main() {
  local kind=$1 backends=$2 virtual_address=${3:-} interface=${4:-} work
  work=$(mktemp -d)
  # shellcheck disable=SC2064  # the directory's name is wanted now
  trap "rm -rf '$work'" EXIT
  say "$kind in front of ${backends//,/, }"
  place "$INPUT/name" "$OWNER" || true
  use_proxy
  await_boot
  # API servers are known by certificates, which are not valid yet where it is too early.
  await_clock install_time_service
  case $kind in
    haproxy)
      haproxy_prepare
      give_up nginx
      haproxy_run
      ;;
    nginx)
      nginx_prepare
      give_up haproxy
      nginx_run
      ;;
    *) fail "no such kind of load balancer: $kind" "haproxy or nginx" ;;
  esac
  poll 30 "$kind to listen on port 6443" listening 127.0.0.1
  if [ -n "$virtual_address" ]; then
    keepalived_run "$virtual_address" "$interface"
  else
    give_up keepalived
  fi
}

main "$@" </dev/null
