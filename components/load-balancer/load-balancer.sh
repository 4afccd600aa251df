#!/usr/bin/env bash
# Runs HAProxy in front of the API servers on this machine.
#
#   load-balancer.sh BACKENDS
#
# BACKENDS: their names, comma-separated (for the reader of a preview; the addresses are in the input).
# Input: haproxy.cfg, ca.crt, down-state. Installs the distribution's HAProxy where there is none.
# Guarantees: a configuration that HAProxy refuses is never put in place; a changed one is a reload, which keeps open
# connections and what is known of back ends that stay; new back ends are down until a check finds them ready.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"

CONFIG=/etc/haproxy/haproxy.cfg
STATE=/var/lib/haproxy/server-state
SOCKET=/run/haproxy/admin.sock

install_packages() {
  if command -v haproxy >/dev/null && command -v socat >/dev/null; then
    return
  fi
  command -v apt-get >/dev/null || fail "no haproxy and socat on $(hostname)" "both installed" "install them with the system's package manager"
  begin "installing haproxy"
  export DEBIAN_FRONTEND=noninteractive
  logged load-balancer apt-get -o DPkg::Lock::Timeout=300 -qq update || true
  logged load-balancer apt-get -o DPkg::Lock::Timeout=300 -qq -y --no-install-recommends install haproxy socat ||
    fail "haproxy could not be installed on $(hostname)" "" "see $LOGS/load-balancer.log there"
}

# After a boot nothing is known of any back end, whatever an older state file says.
place_unit() {
  cat >"$INPUT/unit.conf" <<'UNIT'
[Service]
ExecStartPre=/usr/bin/install -m 0644 /etc/haproxy/down-state /var/lib/haproxy/server-state
Restart=always
RestartSec=1
UNIT
  if place "$INPUT/unit.conf" /etc/systemd/system/haproxy.service.d/kubeadm-ha.conf; then systemctl daemon-reload; fi
}

# The state to reload with: as it is now for a back end that stays at its address, down for any other.
next_state() {
  echo "show servers state" | socat - "$SOCKET" >"$INPUT/now"
  awk 'NR == FNR { if ($2 == "control-planes") known[$4 " " $5] = $0; next }
       (($4 " " $5) in known) { print known[$4 " " $5]; next }
       { print }' "$INPUT/now" "$INPUT/down-state"
}

listening() {
  (exec 3<>/dev/tcp/127.0.0.1/6443) 2>&1
}

main() {
  local changed=0
  say "HAProxy in front of ${1//,/, }"
  install_packages
  if place "$INPUT/ca.crt" /etc/haproxy/kubernetes-ca.crt; then changed=1; fi
  logged load-balancer haproxy -c -f "$INPUT/haproxy.cfg" ||
    fail "HAProxy $(haproxy -v | awk '{ print $3; exit }') refuses the configuration; nothing was changed"
  if place "$INPUT/haproxy.cfg" "$CONFIG"; then changed=1; fi
  place "$INPUT/down-state" /etc/haproxy/down-state || true
  place_unit
  systemctl enable --quiet haproxy
  if ! systemctl is-active --quiet haproxy; then
    logged load-balancer systemctl start haproxy || fail "HAProxy did not start on $(hostname)" "" "'journalctl -u haproxy' there says why"
  elif [ "$changed" = 1 ]; then
    next_state >"$STATE.new" && mv -f "$STATE.new" "$STATE"
    logged load-balancer systemctl reload haproxy || fail "HAProxy did not reload on $(hostname)" "" "'journalctl -u haproxy' there says why"
  fi
  poll 30 "HAProxy to listen on port 6443" listening
}

main "$@" </dev/null
