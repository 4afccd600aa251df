#!/usr/bin/env bash
# HAProxy on this machine. Sourced, never run.
load load-balancer/service

# Guarantees that HAProxy is installed and accepts the new configuration.
haproxy_prepare() {
  if ! { command -v haproxy && command -v socat; } >/dev/null; then packages_install haproxy socat; fi
  haproxy_refuse_other_ca
  service_configure haproxy "$INPUT/ca.crt" /etc/haproxy/kubernetes-ca.crt
  logged load-balancer haproxy -c -f "$INPUT/haproxy.cfg" ||
    fail "HAProxy $(haproxy -v | awk '{ print $3; exit }') refuses the configuration; nothing was changed"
}

# API servers whose certificate is of the CA that HAProxy has would all count as down from the moment on when it gets
# another one.
haproxy_refuse_other_ca() {
  local known=/etc/haproxy/kubernetes-ca.crt up
  if [ ! -f "$known" ] || cmp -s "$INPUT/ca.crt" "$known"; then return; fi
  up=$(echo "show servers state" | socat - /run/haproxy/admin.sock 2>/dev/null |
    awk '$2 == "control-planes" && $6 == 2 { up = $4 } END { print up }') || return 0
  [ -z "$up" ] ||
    fail "a living cluster with another CA is behind $(hostname): $up serves it" "the CA that it was made with" \
      "a cluster's authorities never change in its life: set back what was changed about them"
}

haproxy_run() {
  service_configure haproxy "$INPUT/haproxy.cfg" /etc/haproxy/haproxy.cfg
  place "$INPUT/down-state" /etc/haproxy/down-state || true
  # After a boot nothing is known of any back end, whatever an older state file says.
  cat >"$INPUT/haproxy.service.conf" <<'UNIT'
[Service]
ExecStartPre=/usr/bin/install -m 0644 /etc/haproxy/down-state /var/lib/haproxy/server-state
Restart=always
RestartSec=1
UNIT
  service_run haproxy
}

# Leaves the state to reload with: as it is now for a back end that stays at its address, down for any other.
haproxy_reloads() {
  local state=/var/lib/haproxy/server-state
  echo "show servers state" | socat - /run/haproxy/admin.sock >"$INPUT/now"
  awk 'NR == FNR { if ($2 == "control-planes") known[$4 " " $5] = $0; next }
       (($4 " " $5) in known) { print known[$4 " " $5]; next }
       { print }' "$INPUT/now" "$INPUT/down-state" >"$state.new"
  mv -f "$state.new" "$state"
}
