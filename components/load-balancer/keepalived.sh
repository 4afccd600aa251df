#!/usr/bin/env bash
# The part of this machine in a virtual address. Sourced, never run.
load load-balancer/service

# keepalived_run VIRTUAL-ADDRESS [INTERFACE]: ends when the address is served, by this machine or by another.
keepalived_run() {
  local virtual_address=$1 interface
  if ! { command -v keepalived && command -v curl; } >/dev/null; then packages_install keepalived curl; fi
  interface=$(keepalived_interface "$virtual_address" "${2:-}")
  # Who runs the checks; keepalived refuses to run them as root where anybody else could change them.
  id keepalived_script >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin keepalived_script
  place "$INPUT/ca.crt" /etc/keepalived/kubernetes-ca.crt || true
  place "$INPUT/check.sh" /etc/keepalived/check.sh 0755 || true
  # shellcheck disable=SC2016  # keepalived's own parameter
  (umask 077 && { printf '$INTERFACE=%s\n' "$interface" && cat "$INPUT/keepalived.conf"; } >"$INPUT/keepalived.whole")
  logged load-balancer keepalived_accepts "$INPUT/keepalived.whole" ||
    fail "$(keepalived --version 2>&1 | head -n 1) refuses the configuration; nothing was changed"
  service_configure keepalived "$INPUT/keepalived.whole" /etc/keepalived/keepalived.conf 0600
  printf '[Service]\nRestart=always\nRestartSec=1\n' >"$INPUT/keepalived.service.conf"
  service_run keepalived
  poll 30 "port 6443 of the virtual address $virtual_address" service_listening "$virtual_address"
}

# keepalived_accepts FILE: before 2.2.8 a test of a file with scripts ends in a SIGTERM to itself, and what it has to
# say about errors is all there is to go by (https://github.com/acassen/keepalived/issues/2587).
keepalived_accepts() {
  local status=0 told
  told=$(keepalived --config-test --use-file="$1" 2>&1) || status=$?
  printf '%s' "$told"
  [ "$status" = 0 ] || { [ "$status" = 143 ] && [ -z "$told" ]; }
}

# keepalived_interface VIRTUAL-ADDRESS [INTERFACE]: prints where the address belongs.
keepalived_interface() {
  local address family=-4 interface=${2:-}
  if [ -n "$interface" ]; then
    ip link show "$interface" >/dev/null 2>&1 ||
      fail "no interface $interface on $(hostname)" "the interface for the virtual address $1" \
        "name one of 'ip link' there, or none, so that it is found"
    echo "$interface"
    return
  fi
  address=$(cat "$INPUT/address")
  [[ $address != *:* ]] || family=-6
  interface=$(ip -o "$family" address show | awk -v start="$address/" 'index($4, start) == 1 { print $2; exit }')
  [ -n "$interface" ] ||
    fail "no interface of $(hostname) has the address $address" "the interface for the virtual address $1" \
      "name it: loadBalancer.interface"
  # Without a gateway: routes of IPv6 have no scope.
  [ -n "$(ip "$family" route show to match "$1" dev "$interface" | sed '/ via /d')" ] ||
    fail "the virtual address $1 is outside of the network of $address on $interface" "a free address of that network" \
      "choose another one, or name the interface that it belongs to: loadBalancer.interface"
  echo "$interface"
}
