#!/usr/bin/env bash
# Packages by apt and dpkg. Sourced, never run; packages.sh is what others call.

export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l LC_ALL=C

# apt_lock_is_held STATUS OUTPUT: whether that is why a command failed. (apt's own DPkg::Lock::Timeout knows but one of
# its locks.)
apt_lock_is_held() {
  grep -qE 'Could not get lock|Unable to (acquire|lock)|lock (is|was) locked by' "$2"
}

# apt_run WORD…: apt-get, which asks nothing and keeps the machine's own configuration files.
apt_run() {
  packages_unlocked apt-get -q -y -o DPkg::Lock::Timeout=0 -o Dpkg::Options::=--force-confold "$@"
}

# apt_version PACKAGE: nothing where it is not installed.
apt_version() {
  dpkg-query -W -f '${db:Status-Status} ${Version}\n' "$1" 2>/dev/null | sed -n 's/^installed //p' || true
}

# Lists of the distribution may be as old as the machine's image. What else is configured on the machine is not our
# business, and may fail.
apt_updated=
apt_update_all() {
  [ -z "$apt_updated" ] || return 0
  apt_updated=1
  apt_repair
  apt_run update || say "note: not every repository of $(hostname) could be updated"
}

# What an interrupted run of dpkg left.
apt_repair() {
  [ -z "$(dpkg --audit)" ] || packages_unlocked dpkg --configure -a ||
    fail "packages on $(hostname) are half installed, and 'dpkg --configure -a' fails"
}

apt_install() {
  begin "installing $*"
  apt_update_all
  apt_run install --no-install-recommends "$@" ||
    fail "$* could not be installed on $(hostname)" "" "see $LOGS/packages.log there"
}

apt_install_clock() {
  apt_install systemd-timesyncd
  systemctl enable --quiet --now systemd-timesyncd
}
