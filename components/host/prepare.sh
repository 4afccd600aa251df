#!/usr/bin/env bash
# Gets the operating system of a machine ready: its boot is through, its clock is right, and for a node kernel, swap and
# SELinux are as a kubelet needs them.
#
#   prepare.sh node|etcd WAY     WAY: how software comes to the machine; packages and archive may install a time
#                                service, preinstalled leaves swap to the machine's owner
#
# Input, where configured: proxy.env, no-time-sync, swap-in-containers, selinux (refuse or permit, what becomes of one
# that enforces), looks-up (a name that the machine has to find an address for), ipv6 (a node has an address of it).
# Guarantees: what is in place is not touched. Says nothing of a version of Kubernetes, and restarts nothing of it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load boot clock packages host/swap host/kernel host/selinux host/resolver

main() {
  local role=$1 way=$2
  boot_await
  if [ "$role" = node ]; then
    if [ -f "$INPUT/looks-up" ]; then resolver_await "$(cat "$INPUT/looks-up")"; fi
    if [ -f "$INPUT/selinux" ]; then selinux_await "$(cat "$INPUT/selinux")"; fi
    if [ "$way" = preinstalled ]; then swap_refuse; else swap_off; fi
    kernel_settings
  fi
  # A repository's certificate, too, is checked by the clock.
  case $way in
    packages | archive) clock_await packages_install_clock ;;
    *) clock_await "" ;;
  esac
  say "$(hostname) is prepared after $SECONDS s"
}

main "$@" </dev/null
