#!/usr/bin/env bash
# Gets a machine ready to run etcd and nothing else: the programs, no container runtime and no kubelet.
#
#   prepare-etcd.sh SOURCE SHA256     from a bundle: a directory on the machine or an http(s) address
#   prepare-etcd.sh preinstalled      etcd is there already; it is only checked
#
# SHA256 is that of the bundle's SHA256SUMS. Guarantees: nothing is installed that does not match its checksum; a running
# etcd is not restarted (that is for who knows of the quorum); what is in place is not touched.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"
# shellcheck source=components/host/machine.sh
. "$here/machine.sh"
# shellcheck source=components/host/bundle.sh
. "$here/bundle.sh"

programs=(etcd etcdctl)

main() {
  local source=${1%/} sha256=${2:-} work program found
  work=$(mktemp -d)
  # shellcheck disable=SC2064  # the directory's name is wanted now
  trap "rm -rf '$work'" EXIT
  use_proxy
  await_boot
  await_clock ""
  if [ "$source" != preinstalled ]; then
    begin "installing etcd from the bundle"
    fetch_sums
    for program in "${programs[@]}"; do
      install_program "bin/$program" "/usr/local/bin/$program"
    done
  fi
  require_programs "${programs[@]}" curl
  # 3.6 renamed flags that ours are among.
  found=$(etcd --version | awk '/^etcd Version/ { print $3 }')
  [[ $found =~ ^3\.([6-9]|[1-9][0-9]) ]] || fail "etcd on $(hostname) is $found" "3.6 or later" "install it from a bundle, or by hand to /usr/local/bin"
  say "$(hostname) is prepared after $SECONDS s"
}

main "$@" </dev/null
