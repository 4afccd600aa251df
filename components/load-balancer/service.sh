#!/usr/bin/env bash
# Services of the load balancer that the distribution packages. Sourced, never run; needs lib.sh, and
# package-manager.sh to install.

# As which machine of the cluster this one was given its load balancer.
# shellcheck disable=SC2034  # for the scripts that source this
OWNER=/var/lib/kubeadm-ha/load-balancer

# A service is ours where this says how it is to be run.
drop_in() {
  echo "/etc/systemd/system/$1.service.d/kubeadm-ha.conf"
}

# install_packages PACKAGE…: with the system's package manager.
install_packages() {
  use_package_manager "install $* by hand"
  install_tools "$@"
}

# Is there from before a file of the service's configuration changes until it is loaded: a run may end in between.
not_loaded() {
  echo "/var/lib/kubeadm-ha/$1.not-loaded"
}

# configure SERVICE SOURCE TARGET [MODE]: places a file of its configuration.
configure() {
  local service=$1
  shift
  cmp -s "$1" "$2" || { mkdir -p /var/lib/kubeadm-ha && touch "$(not_loaded "$service")"; }
  place "$@" || true
}

# run_service SERVICE: guarantees that it runs, starts at every boot, and knows its configuration. Where that changed
# it reloads, after what the function SERVICE_reloads does, if there is one.
run_service() {
  local service=$1
  if place "$INPUT/$service.service.conf" "$(drop_in "$service")"; then systemctl daemon-reload; fi
  systemctl enable --quiet "$service"
  if ! systemctl is-active --quiet "$service"; then
    logged load-balancer systemctl start "$service" || fail "$service did not start on $(hostname)" "" "'journalctl -u $service' there says why"
  elif [ -e "$(not_loaded "$service")" ]; then
    if declare -F "${service}_reloads" >/dev/null; then "${service}_reloads"; fi
    logged load-balancer systemctl reload "$service" || fail "$service did not reload on $(hostname)" "" "'journalctl -u $service' there says why"
  fi
  rm -f "$(not_loaded "$service")"
}

# give_up SERVICE: stops it for good, if it is ours.
give_up() {
  [ -e "$(drop_in "$1")" ] || return 0
  say "$1 is given up"
  logged load-balancer systemctl disable --now "$1" || fail "$1 could not be stopped on $(hostname)" "" "'systemctl status $1' there says more"
  rm -f "$(drop_in "$1")"
  systemctl daemon-reload
}

# listening ADDRESS
listening() {
  (exec 3<>"/dev/tcp/$1/6443") 2>&1
}
