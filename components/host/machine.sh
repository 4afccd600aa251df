#!/usr/bin/env bash
# What every way to prepare a machine shares: its boot, clock, swap and kernel, the services that run on it, the last check.
# Sourced, never run. Needs lib.sh, and version for what has to do with it.
# shellcheck disable=SC2154  # set by whoever sources this

STATE=/var/lib/kubeadm-ha
programs=(kubeadm kubelet kubectl containerd containerd-shim-runc-v2 ctr runc etcdctl)

await_boot() {
  local status=0
  command -v cloud-init >/dev/null || return 0
  begin "waiting for cloud-init"
  poll 600 "cloud-init to be through" cloud_init_through
  # 2 is "done, with recoverable errors".
  cloud-init status >/dev/null || status=$?
  [ "$status" = 0 ] || [ "$status" = 2 ] || fail "cloud-init on $(hostname) ended with an error: $(cloud_init_error)" "done" \
    "/var/log/cloud-init-output.log there says more; a reboot forgets the error once its cause is gone"
}

# What it reports while it runs may be an error already; its result is there only at the end.
cloud_init_through() {
  cloud-init status || true
  [ -f /run/cloud-init/result.json ] || cloud-init status 2>/dev/null | grep -q disabled
}

cloud_init_error() {
  # Its own Python, which it cannot be without.
  python3 -c 'import json; print("; ".join(json.load(open("/run/cloud-init/result.json"))["v1"]["errors"]))' | tr '\n' ' ' | cut -c1-300
}

# A container's clock, swap and modules are its host's.
in_container() {
  systemd-detect-virt --quiet --container
}

clock_synchronised() {
  timedatectl show --property=NTPSynchronized
  [ "$(timedatectl show --property=NTPSynchronized --value)" = yes ] && return
  # chrony tells the kernel, which is asked above, only where it may set the hardware clock.
  command -v chronyc >/dev/null && chronyc -n tracking | grep 'Leap status' | grep -q Normal
}

clock_service() {
  systemctl is-active --quiet systemd-timesyncd || systemctl is-active --quiet chrony || systemctl is-active --quiet chronyd ||
    systemctl is-active --quiet ntp || systemctl is-active --quiet ntpd || systemctl is-active --quiet ntpsec
}

# await_clock INSTALL: waits until the clock is right: a certificate signed by one that is wrong is valid from tomorrow, or no
# more. INSTALL, a command, installs and starts a time service where there is none; empty where that is for the machine's owner.
await_clock() {
  [ ! -f "$INPUT/no-time-sync" ] || return 0
  if in_container; then
    say "note: $(hostname) is a container; its clock is its host's, and was not checked"
    return
  fi
  clock_service || [ -z "$1" ] || "$1"
  clock_service || clock_synchronised >/dev/null || fail "nothing keeps the clock of $(hostname)" "systemd-timesyncd, chrony or ntpd to run" \
    "install one of them; or set install.timeSync to false if the clock is kept in another way"
  poll 180 "the clock of $(hostname) to be synchronised (timedatectl, chronyc tracking)" clock_synchronised
}

# New programs under a running control plane are an upgrade, and that is more than a copy: skew, drain, one at a time.
refuse_upgrade() {
  local found
  [ -f /etc/kubernetes/kubelet.conf ] || return 0
  found=$(kubeadm version -o short 2>/dev/null) || return 0
  [ "$found" = "v$version" ] || fail "$(hostname) is a member of a cluster and runs Kubernetes $found" "v$version" \
    "set kubernetesVersion back to ${found#v}; upgrading a living cluster is not supported yet"
}

# https://kubernetes.io/docs/setup/production-environment/container-runtimes/#prerequisite-ipv4-forwarding-optional
kernel_settings() {
  printf 'overlay\nbr_netfilter\n' >"$INPUT/modules.conf"
  place "$INPUT/modules.conf" /etc/modules-load.d/kubeadm-ha.conf || true
  modprobe -a overlay br_netfilter 2>/dev/null || true
  printf 'net.ipv4.ip_forward = 1\nnet.bridge.bridge-nf-call-iptables = 1\nnet.bridge.bridge-nf-call-ip6tables = 1\n' >"$INPUT/sysctl.conf"
  if [ ! -e /proc/sys/net/bridge/bridge-nf-call-iptables ]; then
    # A kernel without br_netfilter: pods of one node then reach each other's Services only through another node.
    say "note: the kernel offers no br_netfilter"
    sed -i '/bridge-nf/d' "$INPUT/sysctl.conf"
  fi
  place "$INPUT/sysctl.conf" /etc/sysctl.d/90-kubeadm-ha.conf || true
  sysctl -q -p /etc/sysctl.d/90-kubeadm-ha.conf || fail "the kernel settings of /etc/sysctl.d/90-kubeadm-ha.conf could not be set"
}

# swaps: those that are on, by name.
swaps() {
  tail -n +2 /proc/swaps | cut -d' ' -f1 | xargs
}

refuse_swap() {
  local fix="swapoff -a, and take it out of /etc/fstab"
  [ -n "$(swaps)" ] || return 0
  if in_container; then
    if [ -f "$INPUT/swap-in-containers" ]; then
      say "note: the host of $(hostname) has swap on"
      return
    fi
    fix="$fix, on the host of this container; or set install.swapInContainers, and failSwapOn of the kubelet to false"
  fi
  fail "swap is on: $(swaps)" "none, since the kubelet does not start beside it" "$fix"
}

# Swap off, now and after the next boot: by fstab, and by systemd, which finds swap partitions and zram without it.
swap_off() {
  local unit
  if in_container; then
    refuse_swap
    return
  fi
  if [ -n "$(swaps)" ]; then
    say "switching swap off: $(swaps)"
    logged prepare swapoff -a || fail "swap could not be switched off on $(hostname)" "" "free memory there, or look at what uses it"
  fi
  if [ -f /etc/fstab ]; then
    sed -E 's/^([^#[:space:]]+[[:space:]]+[^[:space:]]+[[:space:]]+swap([[:space:]]|$))/# kubeadm-ha: \1/' /etc/fstab >"$INPUT/fstab"
    place "$INPUT/fstab" /etc/fstab || true
  fi
  while read -r unit _; do
    systemctl mask --quiet "$unit"
  done < <(systemctl list-units --type=swap --all --plain --no-legend)
}

# place_containerd CONFIG: its configuration, and what it is to know of proxies and registries. The latter it reads anew
# each time.
place_containerd() {
  local hosts dropin=/etc/systemd/system/containerd.service.d/kubeadm-ha-proxy.conf
  place "$1" /etc/containerd/config.toml || true
  for hosts in "$INPUT"/certs.d/*; do
    [ -f "$hosts" ] || continue
    place "$hosts" "/etc/containerd/certs.d/${hosts##*/}/hosts.toml" || true
  done
  if [ -f "$INPUT/proxy.conf" ]; then
    place "$INPUT/proxy.conf" "$dropin" || true
  else
    rm -f "$dropin"
  fi
}

# start_services WHAT: restarts them unless they run with what is in place now, of which WHAT is the fingerprint. What that
# was is kept beside, and not known from what this run changed: an earlier one may have been interrupted in between.
start_services() {
  local started=$STATE/started
  if systemctl is-active --quiet containerd && [ "$(cat "$started" 2>/dev/null)" = "$1" ]; then
    return
  fi
  begin "starting containerd"
  mkdir -p /etc/kubernetes/manifests
  systemctl daemon-reload
  # Enabled, or a rebooted control plane would not come back (its Node would even look Ready for a while).
  systemctl enable --quiet containerd kubelet
  systemctl restart containerd
  systemctl try-restart kubelet
  poll 60 "containerd to answer" ctr --connect-timeout 2s version
  echo "$1" >"$started"
}

# require_programs PROGRAM…: fails with all of them that are missing.
require_programs() {
  local program missing=""
  for program; do
    command -v "$program" >/dev/null || missing+=" $program"
  done
  [ -z "$missing" ] || fail "not installed on $(hostname):$missing" "all of: $*"
}

check_programs() {
  local found
  require_programs "${programs[@]}"
  found=$(kubeadm version -o short)
  [ "$found" = "v$version" ] || fail "kubeadm on $(hostname) is $found" "v$version"
  systemctl is-enabled --quiet kubelet || fail "the kubelet of $(hostname) is not enabled" "" "systemctl enable kubelet"
}
