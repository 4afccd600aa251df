#!/usr/bin/env bash
# Services, units, programs and holds of a machine that has left. Sourced, never run.
load before containerd software-packages etcd-software approver member

RESET_SOFTWARE_PROGRAMS=/usr/local/bin
RESET_SOFTWARE_UNITS=/etc/systemd/system
# That an earlier version installed a bundle, which is forgotten with its images.
RESET_SOFTWARE_BUNDLE=$STATE/had-bundle

# Packages stay, for their removal runs scripts of others and takes with it what needs them; without holds, sources and
# a service they are as if somebody had just installed them.
reset_software() {
  if reset_software_is_ours containerd; then
    reset_software_stop containerd
    reset_software_containerd_data
  fi
  ! reset_software_is_ours kubelet || reset_software_stop kubelet
  if reset_software_has_packages; then
    # shellcheck disable=SC2034  # of packages.sh
    PACKAGES_PATIENCE=120
    software_packages_release
  fi
  before_put_back
  before_is_known || reset_software_former
  reset_software_by_name
  timeout 60 systemctl daemon-reload || true
  # One that was there before has ours in memory.
  if { [ -f "$CONTAINERD_STARTED" ] || [ -f "$NODE_MARKER" ]; } && systemctl cat containerd >/dev/null 2>&1; then
    timeout 100 systemctl try-restart containerd ||
      fail "containerd on $(hostname) does not start with the configuration that it had before" "" \
        "'journalctl -u containerd' there says why"
  fi
}

# reset_software_is_ours SERVICE: whether it starts with the machine because of us.
reset_software_is_ours() {
  ! before_was_nothing "$BEFORE_WANTED/$1.service" || return 0
  ! before_is_known || return 1
  case $1 in
    kubelet) reset_software_has_bundle || reset_software_has_packages ;;
    containerd) reset_software_has_bundle ;;
    etcd) [ -f "$MEMBER_OWNER" ] ;;
  esac
}

# Of an earlier version: known by the images that were imported with it.
reset_software_has_bundle() {
  if [ -d "$BUNDLE_IMPORTED" ] && [ -d "$STATE" ]; then : >"$RESET_SOFTWARE_BUNDLE"; fi
  [ -f "$RESET_SOFTWARE_BUNDLE" ]
}

reset_software_has_packages() {
  [ -f "$SOFTWARE_PACKAGES_HELD" ] || compgen -G "$APT_SOURCES/kubeadm-ha-*" >/dev/null ||
    compgen -G "$DNF_REPOSITORIES/kubeadm-ha-*" >/dev/null
}

# reset_software_stop SERVICE: now, and for good where it starts with the machine because of us.
reset_software_stop() {
  local state
  timeout -k 5 100 systemctl stop "$1" 2>/dev/null || true
  state=$(timeout 10 systemctl show --property=ActiveState --value "$1" 2>/dev/null) || true
  case $state in
    "" | inactive | failed) ;;
    *) fail "$1 on $(hostname) does not stop: it is $state" "" "'systemctl status $1' there says more" ;;
  esac
  ! reset_software_is_ours "$1" || timeout 60 systemctl disable --quiet "$1" 2>/dev/null || true
}

# Images and what containers wrote, where containerd had none before it came with us.
reset_software_containerd_data() {
  before_was_nothing "$CONTAINERD_DATABASE" || { ! before_is_known && reset_software_has_bundle; } || return 0
  reset_pods_unmount "$CONTAINERD_DATA" "$RESET_PODS_RUNTIME"
  [ ! -d "$CONTAINERD_DATA" ] || find "$CONTAINERD_DATA/" -xdev -mindepth 1 -delete
  rm -rf "$RESET_PODS_RUNTIME"
  reset_remove_empty "$CONTAINERD_DATA"
}

# What has our name is ours, whoever took notes.
reset_software_by_name() {
  rm -f /etc/sysctl.d/90-kubeadm-ha.conf /etc/modules-load.d/kubeadm-ha.conf "$CONTAINERD_DROP_IN" \
    $RESET_SOFTWARE_UNITS/kubelet.service.d/05-kubeadm-ha.conf "$APPROVER_SCRIPT" "$APPROVER_UNIT" \
    "$BEFORE_WANTED/$APPROVER" \
    "$APT_SOURCES"/kubeadm-ha-* "$APT_KEYRINGS"/kubeadm-ha-* "$DNF_REPOSITORIES"/kubeadm-ha-* "$DNF_KEYS"/kubeadm-ha-*
  reset_remove_empty "${CONTAINERD_DROP_IN%/*}" $RESET_SOFTWARE_UNITS/kubelet.service.d "${APPROVER_SCRIPT%/*}"
}

# A machine that an earlier version made: what that version placed, by what it left to know it by. What it took the
# place of, nobody has.
reset_software_former() {
  local name
  for name in $(containerd_hosts_stale); do
    rm -f "$CONTAINERD_CERTS/$name"
    reset_remove_empty "$CONTAINERD_CERTS/${name%/*}"
  done
  [ ! -f "$CONTAINERD_STARTED" ] || rm -f /etc/containerd/config.toml
  [ ! -f "$STATE/etcdctl" ] || rm -f $RESET_SOFTWARE_PROGRAMS/etcdctl
  ! grep -qs kubeadm-ha "$MEMBER_UNIT" || rm -f "$MEMBER_UNIT"
  if [ -f "$STATE/etcd-archive" ]; then
    for name in "${ETCD_PROGRAMS[@]}"; do rm -f "$RESET_SOFTWARE_PROGRAMS/$name"; done
  fi
  if reset_software_has_bundle; then
    for name in "${BUNDLE_PROGRAMS[@]}"; do rm -f "$RESET_SOFTWARE_PROGRAMS/$name"; done
    rm -f $RESET_SOFTWARE_UNITS/{containerd,kubelet}.service $RESET_SOFTWARE_UNITS/kubelet.service.d/10-kubeadm.conf
    for name in containerd kubelet; do rm -f "$BEFORE_WANTED/$name.service"; done
  fi
}
