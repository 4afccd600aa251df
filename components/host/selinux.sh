#!/usr/bin/env bash
# SELinux, beside which kubeadm's static pods do not read the host's files. Sourced, never run.

# selinux_await permit|refuse: where it enforces, sets it to permissive for good, or fails.
# https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/
selinux_await() {
  command -v getenforce >/dev/null && [ "$(getenforce)" = Enforcing ] || return 0
  local by_hand="setenforce 0, and SELINUX=permissive in /etc/selinux/config"
  [ "$1" = permit ] || fail "SELinux enforces on $(hostname)" "permissive" \
    "set install.selinuxPermissive to true to have that done, or do it yourself: $by_hand"
  say "setting SELinux to permissive"
  setenforce 0
  sed 's/^SELINUX=enforcing/SELINUX=permissive/' /etc/selinux/config >"$INPUT/selinux.new"
  place "$INPUT/selinux.new" /etc/selinux/config || true
}
