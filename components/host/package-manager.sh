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

# unlocked COMMAND…: runs one of its programs with its output in the log, and again while somebody else holds the lock: unattended
# upgrades begin with the boot.
unlocked() {
  local log=$LOGS/packages.log last=$work/packages status said="" end=$((SECONDS + 600))
  (umask 077 && mkdir -p "$LOGS" && touch "$log")
  while :; do
    status=0
    "$@" >"$last" 2>&1 </dev/null || status=$?
    { printf '\n== %s %s\n' "$(date -u +%FT%TZ)" "$*" && cat "$last"; } >>"$log"
    if [ "$status" = 0 ] || ! lock_is_held "$status" "$last"; then break; fi
    [ "$SECONDS" -lt "$end" ] || fail "waited 600 s for the lock of the package manager: $(locked_by "$last")" "" "see what it is doing there"
    [ -n "$said" ] || begin "waiting for the lock of the package manager: $(locked_by "$last")"
    said=1
    sleep 1
  done
  [ "$status" = 0 ] || grep -vE '^(Hit|Get|Ign|Reading|Building|\(Reading)' "$last" | tail -n 12 | cut -c1-400 | sed 's/^/  | /' >&2
  return "$status"
}

locked_by() {
  grep -m 1 -E 'lock' "$1" | cut -c1-200
}

# install_time_service: for await_clock, where nothing else needs the package manager.
install_time_service() {
  use_package_manager "install a time service by hand"
  install_clock
}
