#!/usr/bin/env bash
# Gets a machine ready for kubeadm: container runtime, kubelet, kubeadm, kernel settings, images.
#
#   prepare.sh KUBERNETES_VERSION SOURCE SHA256     from a bundle: a directory on the machine or an http(s) address
#   prepare.sh KUBERNETES_VERSION preinstalled      everything is there already; it is only checked
#
# SHA256 is that of the bundle's SHA256SUMS, which in turn names every other file. Input: containerd.toml and units/.
# Guarantees: nothing is installed that does not match its checksum; a service is restarted only when its program or
# its configuration changed; what is in place is not touched.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"
# shellcheck source=components/host/bundle.sh
. "$here/bundle.sh"

STATE=/var/lib/kubeadm-ha
programs=(kubeadm kubelet kubectl containerd containerd-shim-runc-v2 ctr runc etcdctl)

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

refuse_swap() {
  [ "$(tail -n +2 /proc/swaps | wc -l)" = 0 ] || fail "swap is on: $(tail -n +2 /proc/swaps | cut -d' ' -f1 | xargs)" \
    "none, since the kubelet does not start beside it" "swapoff -a, and take it out of /etc/fstab"
}

install_bundle() {
  local program file unit
  begin "installing Kubernetes $version from the bundle"
  fetch_sums
  for program in "${programs[@]}"; do
    install_program "bin/$program" "/usr/local/bin/$program"
  done
  while read -r file; do
    install_program "$file" "/opt/cni/bin/${file#cni/}"
  done < <(awk '$2 ~ /^cni\// { print $2 }' "$work/SHA256SUMS")
  for unit in containerd.service kubelet.service; do
    place "$INPUT/units/$unit" "/etc/systemd/system/$unit" || true
  done
  place "$INPUT/units/10-kubeadm.conf" /etc/systemd/system/kubelet.service.d/10-kubeadm.conf || true
  place "$INPUT/containerd.toml" /etc/containerd/config.toml || true
  start_services
}

# Restarts the services unless they run with what is in place now. What that was is kept beside, and not known from what this
# run changed: an earlier one may have been interrupted in between.
start_services() {
  local started=$STATE/started now
  now=$(grep -E ' bin/(containerd|kubelet)' "$work/SHA256SUMS" | cat - "$INPUT/containerd.toml" "$INPUT"/units/* | sha256sum)
  if systemctl is-active --quiet containerd && [ "$(cat "$started" 2>/dev/null)" = "$now" ]; then
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
  echo "$now" >"$started"
}

import_images() {
  local file sum marker
  while read -r sum file; do
    # The marker lives and dies with the images themselves.
    marker=/var/lib/containerd/kubeadm-ha/$sum
    [ ! -f "$marker" ] || continue
    begin "importing ${file#images/}"
    fetch "$file"
    # Unpacked by ctr itself (--local): half the time of the transfer service that it asks otherwise.
    logged prepare ctr -n k8s.io images import --local --all-platforms "$work/$file" || fail "containerd could not import $file of the bundle"
    mkdir -p "${marker%/*}"
    touch "$marker"
  done < <(awk '$2 ~ /^images\// { print $1, $2 }' "$work/SHA256SUMS")
}

check_programs() {
  local program found missing=""
  for program in "${programs[@]}"; do
    command -v "$program" >/dev/null || missing+=" $program"
  done
  [ -z "$missing" ] || fail "not installed on $(hostname):$missing" "all of: ${programs[*]}"
  found=$(kubeadm version -o short)
  [ "$found" = "v$version" ] || fail "kubeadm on $(hostname) is $found" "v$version"
  systemctl is-enabled --quiet kubelet || fail "the kubelet of $(hostname) is not enabled" "" "systemctl enable kubelet"
}

main() {
  version=$1 source=${2%/} sha256=${3:-}
  work=$(mktemp -d)
  # shellcheck disable=SC2064  # the directory's name is wanted now
  trap "rm -rf '$work'" EXIT
  mkdir -p "$STATE"
  await_boot
  refuse_upgrade
  refuse_swap
  kernel_settings
  if [ "$source" != preinstalled ]; then
    install_bundle
    import_images
  fi
  check_programs
  say "$(hostname) is prepared after $SECONDS s"
}

main "$@" </dev/null
