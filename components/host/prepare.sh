#!/usr/bin/env bash
# Gets a machine ready for kubeadm: container runtime, kubelet, kubeadm, kernel settings, images.
#
#   prepare.sh KUBERNETES_VERSION SOURCE SHA256     from a bundle: a directory on the machine or an http(s) address
#   prepare.sh KUBERNETES_VERSION preinstalled      everything is there already; it is only checked
#
# SHA256 is that of the bundle's SHA256SUMS, which in turn names every other file. Input: containerd-3.toml and units/,
# and where configured proxy.env and proxy.conf, certs.d/ (mirrors by registry), no-time-sync, swap-in-containers.
# Guarantees: nothing is installed that does not match its checksum; a service is restarted only when its program or
# its configuration changed; what is in place is not touched.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"
# shellcheck source=components/host/machine.sh
. "$here/machine.sh"
# shellcheck source=components/host/bundle.sh
. "$here/bundle.sh"

install_bundle() {
  local program file
  begin "installing Kubernetes $version from the bundle"
  fetch_sums
  for program in "${programs[@]}"; do
    install_program "bin/$program" "/usr/local/bin/$program"
  done
  while read -r file; do
    install_program "$file" "/opt/cni/bin/${file#cni/}"
  done < <(awk '$2 ~ /^cni\// { print $2 }' "$work/SHA256SUMS")
  place "$INPUT/units/containerd.service" /etc/systemd/system/containerd.service || true
  # The CIS benchmark asks for the mode; systemd notes that it hides nothing.
  place "$INPUT/units/kubelet.service" /etc/systemd/system/kubelet.service 0600 || true
  place "$INPUT/units/10-kubeadm.conf" /etc/systemd/system/kubelet.service.d/10-kubeadm.conf 0600 || true
  place_containerd "$INPUT/containerd-3.toml"
  start_services "$(installed | sha256sum)"
}

# installed: what the services run with.
installed() {
  grep -E ' bin/(containerd|kubelet)' "$work/SHA256SUMS"
  cat "$INPUT/containerd-3.toml" "$INPUT"/units/*
  [ ! -f "$INPUT/proxy.conf" ] || cat "$INPUT/proxy.conf"
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

main() {
  version=$1 source=${2%/} sha256=${3:-}
  work=$(mktemp -d)
  # shellcheck disable=SC2064  # the directory's name is wanted now
  trap "rm -rf '$work'" EXIT
  mkdir -p "$STATE"
  use_proxy
  await_boot
  refuse_upgrade
  if [ "$source" = preinstalled ]; then
    refuse_swap
  else
    swap_off
  fi
  kernel_settings
  await_clock ""
  if [ "$source" != preinstalled ]; then
    install_bundle
    import_images
  fi
  check_programs
  say "$(hostname) is prepared after $SECONDS s"
}

main "$@" </dev/null
