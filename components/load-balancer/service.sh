#!/usr/bin/env bash
# Services of the load balancer that the distribution packages. Sourced, never run.
load packages before

# As which machine of the cluster this one was given its load balancer: name and instance id, a line each.
# shellcheck disable=SC2034  # for the scripts that source this
SERVICE_OWNER=$STATE/load-balancer

# All that can be: what has to be given up before the others comes first.
# shellcheck disable=SC2034
SERVICE_ALL=(keepalived haproxy nginx)

# A service is ours where this says how it is to be run.
service_drop_in() {
  echo "/etc/systemd/system/$1.service.d/kubeadm-ha.conf"
}

# Is there from before a file of the service's configuration changes until it is loaded: a run may end in between.
service_not_loaded() {
  echo "$STATE/$1.not-loaded"
}

# configure SERVICE SOURCE TARGET [MODE]: places a file of its configuration.
service_configure() {
  local service=$1
  shift
  cmp -s "$1" "$2" || { mkdir -p "$STATE" && touch "$(service_not_loaded "$service")"; }
  place "$@" || true
}

# run_service SERVICE: guarantees that it runs, starts at every boot, and knows its configuration. Where that changed
# it reloads, after what the function SERVICE_reloads does, if there is one.
service_run() {
  local service=$1
  if place "$INPUT/$service.service.conf" "$(service_drop_in "$service")"; then systemctl daemon-reload; fi
  systemctl enable --quiet "$service"
  if ! systemctl is-active --quiet "$service"; then
    logged load-balancer systemctl start "$service" ||
      fail "$service did not start on $(hostname)" "" "'journalctl -u $service' there says why"
  elif [ -e "$(service_not_loaded "$service")" ]; then
    if declare -F "${service}_reloads" >/dev/null; then "${service}_reloads"; fi
    logged load-balancer systemctl reload "$service" ||
      fail "$service did not reload on $(hostname)" "" "'journalctl -u $service' there says why"
  fi
  rm -f "$(service_not_loaded "$service")"
}

# give_up SERVICE: stops it for good, if it is ours.
service_disable() {
  [ -e "$(service_drop_in "$1")" ] || return 0
  say "$1 is given up"
  logged load-balancer systemctl disable --now "$1" ||
    fail "$1 could not be stopped on $(hostname)" "" "'systemctl status $1' there says more"
  rm -f "$(service_drop_in "$1")"
  systemctl daemon-reload
}

# listening ADDRESS
service_listening() {
  (exec 3<>"/dev/tcp/$1/6443") 2>&1
}
