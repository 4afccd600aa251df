#!/usr/bin/env bash
# The software of a node: container runtime, programs, images, in the way that is configured. Sourced, never run;
# stage.sh, the joins and the roll-out call it, and nobody else.
# Input: software/way (bundle, packages or preinstalled) and what that way needs, as its own file says.
load bundle software-packages images

SOFTWARE_WAY=$(cat "$INPUT/software/way")
# Where the packages' versions before a change are noted.
SOFTWARE_VERSIONS=$BACKUP/packages
# From here on, what an installation replaces is kept, so that software_restore can put it back.
software_keep_replaced() {
  software_begin_keeping
  [ "$SOFTWARE_WAY" = packages ] && [ ! -f "$SOFTWARE_VERSIONS" ] || return 0
  software_packages_use
  (umask 077 && mkdir -p "$BACKUP")
  software_packages_versions >"$SOFTWARE_VERSIONS.new"
  mv "$SOFTWARE_VERSIONS.new" "$SOFTWARE_VERSIONS"
}

# software_install VERSION: brings programs and configuration to their places; nothing that runs is restarted for it.
software_install() {
  [ "$SOFTWARE_WAY" = preinstalled ] || containerd_note_before
  case $SOFTWARE_WAY in
    bundle)
      begin "installing Kubernetes $1 from the bundle"
      bundle_install_node
      ;;
    packages) software_packages_install "$1" ;;
  esac
}

# software_runtime: the fingerprint of what the services are to run with, once it is installed.
software_runtime() {
  case $SOFTWARE_WAY in
    bundle) bundle_runtime ;;
    packages) software_packages_runtime ;;
  esac | sha256sum
}

# software_use: reads where it comes from; fails where that cannot be reached.
software_use() {
  case $SOFTWARE_WAY in
    bundle) bundle_use ;;
    packages) software_packages_use ;;
  esac
}

# software_differs VERSION, after software_use: whether an installation would change what the services run with, or what
# a package is.
software_differs() {
  case $SOFTWARE_WAY in
    bundle) ;;
    packages) software_packages_in_place "$1" "$(software_packages_containerd)" || return 0 ;;
    *) return 1 ;;
  esac
  ! containerd_runs_with "$(software_runtime)" || containerd_hosts_differ
}

# software_start: the services, with what is installed, unless they run with it.
software_start() {
  local wanted
  [ "$SOFTWARE_WAY" != preinstalled ] || return 0
  wanted=$(software_runtime)
  containerd_runs_with "$wanted" || containerd_start "$wanted"
}

# software_images VERSION: what containerd is to have before kubeadm asks for it.
software_images() {
  case $SOFTWARE_WAY in
    bundle) bundle_import ;;
    packages) [ ! -f "$INPUT/software/images.env" ] || images_pull "$1" ;;
  esac
}

# software_check VERSION: fails where a program is missing, or is of another version.
software_check() {
  local found programs=("${BUNDLE_PROGRAMS[@]}")
  # What a worker does not need, no package brings.
  [ "$SOFTWARE_WAY" != packages ] || [ -f "$INPUT/software/images.env" ] ||
    programs=(kubeadm kubelet kubectl containerd ctr runc)
  require_programs "${programs[@]}"
  found=$(software_version)
  [ "$found" = "$1" ] || fail "kubeadm on $(hostname) is $found" "$1" "$(software_fix)"
  systemctl is-enabled --quiet kubelet ||
    fail "the kubelet of $(hostname) is not enabled" "" "systemctl enable kubelet"
}

# software_version: of Kubernetes, as the programs are.
software_version() {
  local found
  found=$(kubeadm version -o short 2>/dev/null) || return 0
  echo "${found#v}"
}

software_fix() {
  case $SOFTWARE_WAY in
    bundle) echo "name a bundle of that version in install.source and install.sha256" ;;
    packages) echo "see $LOGS/packages.log there" ;;
    *) echo "install that version" ;;
  esac
}

# software_ensure VERSION: all of it, for a machine that is not a node yet.
software_ensure() {
  software_install "$1"
  software_start
  software_images "$1"
  software_check "$1"
}

# software_take VERSION: what the cluster has, where the machine that joins it has another. What is configured beyond
# that comes with the roll-out.
software_take() {
  [ "$(software_version)" != "$1" ] || return 0
  say "the cluster has Kubernetes $1"
  use_work
  software_ensure "$1"
}

# software_restore: what was there before; the services are restarted by whoever asks for it.
software_restore() {
  [ "$SOFTWARE_WAY" != packages ] || software_packages_restore "$SOFTWARE_VERSIONS"
}
