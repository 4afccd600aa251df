#!/usr/bin/env bash
# Gets a machine ready for kubeadm from package repositories: Debian and Ubuntu with apt, RHEL, its rebuilds and Fedora with dnf.
#
#   prepare-packages.sh KUBERNETES_VERSION
#
# Input: sources.env (repositories, fingerprints of their keys, whose containerd), containerd-2.toml and containerd-3.toml (for containerd 1
# and 2), 05-kubeadm-ha.conf (for the kubelet's unit), images.env (for a control plane), and where configured proxy.env and proxy.conf,
# certs.d/ (mirrors by registry), no-time-sync, swap-in-containers.
# Guarantees: a repository is used only with the very key whose fingerprint is pinned; versions are exact, and held against upgrades by
# others; who holds a lock of the package manager is waited for; where all is in place, nothing is asked of any repository.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"
# shellcheck source=components/host/machine.sh
. "$here/machine.sh"
# shellcheck source=components/host/package-manager.sh
. "$here/package-manager.sh"
# shellcheck source=components/host/images.sh
. "$here/images.sh"

# fetch_key NAME URL FINGERPRINT FILE: brings the key of a repository, if it is that key and holds no other.
fetch_key() {
  local found
  curl -fsSL --retry 3 --max-time 60 -o "$work/key" "$2" 2>"$work/curl" ||
    fail "could not fetch the key of $1 from $2: $(tail -n 1 "$work/curl")" "" "see that $(hostname) reaches it; install.proxy names a proxy"
  found=$(GNUPGHOME=$work gpg --batch --quiet --show-keys --with-colons "$work/key" 2>/dev/null |
    awk -F: '$1 == "pub" { primary = 1 } $1 == "fpr" && primary { print $10; primary = 0 }' | xargs) || true
  [ "$found" = "$3" ] || fail "the key of $1 at $2 has the fingerprint ${found:-of no key at all}; nothing was installed" "$3" \
    "find out whose key that is; if the repository's key was changed, put its fingerprint into the configuration"
  place "$work/key" "$4" || true
}

# pick_containerd: which package, unless one is there already.
pick_containerd() {
  local other
  if [ -z "$CONTAINERD" ]; then
    if [ -n "$(package_version containerd.io)" ]; then
      CONTAINERD=docker
    elif [ -n "$(package_version containerd)" ]; then
      CONTAINERD=distribution
    else
      CONTAINERD=$(default_containerd)
    fi
  fi
  case $CONTAINERD in
    docker) containerd=containerd.io other=containerd ;;
    *) containerd=containerd other=containerd.io ;;
  esac
  [ -z "$(package_version "$other")" ] || fail "$(hostname) has the package $other $(package_version "$other")" \
    "$containerd (install.containerd: $CONTAINERD)" "take out that setting to keep $other, or remove the package first"
}

# version_fits FOUND WANTED: whether a package's version is that version; WANTED may be its beginning, or empty for any.
version_fits() {
  [ -n "$1" ] || return 1
  case ${1#*:} in "$2" | "$2"[-.+~]*) ;; *) [ -z "$2" ] ;; esac
}

# in_place: whether every package is there as asked for, and held.
in_place() {
  local package
  version_fits "$(package_version "$containerd")" "$CONTAINERD_VERSION" && is_held "$containerd" || return 1
  for package in kubeadm kubelet kubectl; do
    version_fits "$(package_version "$package")" "$version" && is_held "$package" || return 1
  done
}

install_packages() {
  local tools=()
  pick_containerd
  if in_place; then
    say "the packages of Kubernetes $version and $containerd are in place"
    return
  fi
  command -v curl >/dev/null || tools+=(curl)
  command -v gpg >/dev/null || tools+=("$(gpg_package)")
  case "$KUBERNETES_REPOSITORY $CONTAINERD $DOCKER_REPOSITORY" in
    https://* | *" docker https://"*) [ -n "$(package_version ca-certificates)" ] || tools+=(ca-certificates) ;;
  esac
  [ "${#tools[@]}" = 0 ] || install_tools "${tools[@]}"
  add_kubernetes_repository
  begin "installing $containerd"
  install_containerd
  begin "installing kubeadm, kubelet and kubectl $version"
  install_kubernetes
}

# Before there is anything to run, the kubelet of the packages would crash every ten seconds.
place_units() {
  place "$INPUT/05-kubeadm-ha.conf" /etc/systemd/system/kubelet.service.d/05-kubeadm-ha.conf || true
}

configure_containerd() {
  local found
  found=$(containerd --version | awk '{ sub(/^v/, "", $3); print $3 }')
  case $found in
    1.*) config=$INPUT/containerd-2.toml ;;
    2.*) config=$INPUT/containerd-3.toml ;;
    *) fail "containerd on $(hostname) is of version $found" "1.6 or later" ;;
  esac
  place_containerd "$config"
}

# installed: what the services run with.
installed() {
  package_version "$containerd"
  package_version kubelet
  cat "$config" "$INPUT/05-kubeadm-ha.conf"
  [ ! -f "$INPUT/proxy.conf" ] || cat "$INPUT/proxy.conf"
}

main() {
  version=$1
  work=$(mktemp -d)
  # shellcheck disable=SC2064  # the directory's name is wanted now
  trap "rm -rf '$work'" EXIT
  mkdir -p "$STATE"
  (umask 077 && mkdir -p "$LOGS")
  # shellcheck source=/dev/null
  . "$INPUT/sources.env"
  use_proxy
  use_package_manager "install.mode bundle suits any Linux"
  await_boot
  refuse_upgrade
  refuse_enforcing
  swap_off
  kernel_settings
  # A repository's certificate, too, is checked by the clock.
  await_clock install_clock
  install_packages
  place_units
  configure_containerd
  start_services "$(installed | sha256sum)"
  if [ -f "$INPUT/images.env" ]; then
    pull_images
  else
    programs=(kubeadm kubelet kubectl containerd ctr runc)
  fi
  check_programs
  say "$(hostname) is prepared after $SECONDS s"
}

main "$@" </dev/null
