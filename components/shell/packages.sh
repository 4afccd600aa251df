#!/usr/bin/env bash
# The machine's package manager: apt or dnf, whichever there is. Sourced, never run.
load apt dnf

# Which of the two, by packages_use.
PACKAGES=
PACKAGES_OUTPUT=$INPUT/packages.out
# Seconds that somebody else's lock is waited for.
PACKAGES_PATIENCE=600

# packages_use [FIX]: looks which one it is; FIX is what a person can do where it is neither.
packages_use() {
  if command -v apt-get >/dev/null; then
    PACKAGES=apt
  elif command -v dnf >/dev/null; then
    PACKAGES=dnf
  else
    fail "neither apt-get nor dnf on $(hostname)" "Debian, Ubuntu, RHEL or one of its rebuilds, or Fedora" "${1:-}"
  fi
}

# packages_install PACKAGE…: from the distribution, those that are missing.
packages_install() {
  [ -n "$PACKAGES" ] || packages_use "install $* by hand"
  "${PACKAGES}_install" "$@"
}

# packages_install_clock: a time service.
packages_install_clock() {
  [ -n "$PACKAGES" ] || packages_use "install a time service by hand"
  "${PACKAGES}_install_clock"
}

# packages_version PACKAGE: nothing where it is not installed.
packages_version() {
  "${PACKAGES}_version" "$1"
}

# packages_unlocked COMMAND…: runs one of its programs with its output in the log, and again while somebody else holds
# the lock: unattended upgrades begin with the boot.
packages_unlocked() {
  local log=$LOGS/packages.log last=$PACKAGES_OUTPUT status said="" end=$((SECONDS + PACKAGES_PATIENCE))
  (umask 077 && mkdir -p "$LOGS" && touch "$log")
  while :; do
    status=0
    proxied "$@" >"$last" 2>&1 </dev/null || status=$?
    { printf '\n== %s %s\n' "$(date -u +%FT%TZ)" "$*" && cat "$last"; } >>"$log"
    if [ "$status" = 0 ] || ! "${PACKAGES}_lock_is_held" "$status" "$last"; then break; fi
    [ "$SECONDS" -lt "$end" ] ||
      fail "waited $PACKAGES_PATIENCE s for the lock of the package manager: $(packages_lock_holder "$last")" "" \
        "see what it is doing there"
    [ -n "$said" ] || begin "waiting for the lock of the package manager: $(packages_lock_holder "$last")"
    said=1
    sleep 1
  done
  [ "$status" = 0 ] ||
    grep -vE '^(Hit|Get|Ign|Reading|Building|\(Reading)' "$last" | tail -n 12 | cut -c1-400 | sed 's/^/  | /' >&2
  return "$status"
}

packages_lock_holder() {
  grep -m 1 -E 'lock' "$1" | cut -c1-200
}
