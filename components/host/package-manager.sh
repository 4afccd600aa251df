#!/usr/bin/env bash
# The machine's package manager: what it does is in apt.sh and dnf.sh, under the same names. Sourced, never run. Needs lib.sh, and work (a
# directory).

use_package_manager() {
  local host
  host=$(dirname "${BASH_SOURCE[0]}")
  if command -v apt-get >/dev/null; then
    # shellcheck source=components/host/apt.sh
    . "$host/apt.sh"
  elif command -v dnf >/dev/null; then
    # shellcheck source=components/host/dnf.sh
    . "$host/dnf.sh"
  else
    fail "neither apt-get nor dnf on $(hostname)" "Debian, Ubuntu, RHEL or one of its rebuilds, or Fedora" "${1:-}"
  fi
}
