#!/usr/bin/env bash
# Part of a roll-out: container runtime and programs. Pods go on running while containerd and the kubelet start again.
# Sourced, never run.
load node software rollout/kubelet

runtime_name() {
  echo "the container runtime"
}

# Nothing but what the installation itself is made from.
runtime_render() {
  software_use
}

runtime_differs() {
  software_differs "$(node_version)" || [ -n "$(runtime_replaced)" ] || [ -f "$SOFTWARE_VERSIONS" ]
}

# What a roll-out has replaced of it.
runtime_replaced() {
  backup_targets | grep -vE "^($MANIFESTS|$PKI|/var/lib/kubelet)/" || true
}

runtime_apply() {
  local version
  version=$(node_version)
  software_keep_replaced
  backup_keep "$CONTAINERD_STARTED"
  software_install "$version"
  software_start
  software_images "$version"
  software_check "$version"
  kubelet_await "$1"
}

runtime_log() {
  journalctl -u containerd -u kubelet -o cat -n 50 | grep -iE 'err|fail|invalid' | tail -n 3 | cut -c1-300
}

runtime_undo() {
  local replaced
  replaced=$(runtime_replaced)
  [ -n "$replaced" ] || [ -f "$SOFTWARE_VERSIONS" ] || return 0
  # shellcheck disable=SC2086  # paths of ours have no spaces
  backup_restore $replaced
  software_restore
  containerd_restart
  poll 60 "containerd of $1 to answer as before" containerd_answers
  kubelet_await "$1"
}
