#!/usr/bin/env bash
# Packages by dnf and rpm. Sourced, never run; packages.sh is what others call.

export LC_ALL=C

# dnf_lock_is_held STATUS OUTPUT: whether that is why a command failed; dnf 4 has a status for it, dnf 5 a message.
dnf_lock_is_held() {
  [ "$1" = 200 ] || grep -q 'Failed to obtain rpm transaction lock' "$2"
}

# dnf_run WORD…: dnf, which asks nothing. By itself dnf 4 would wait for its locks without end.
dnf_run() {
  packages_unlocked dnf -y --setopt=exit_on_lock=True "$@"
}

# dnf_version PACKAGE: nothing where it is not installed.
dnf_version() {
  rpm -q --qf '%{VERSION}-%{RELEASE}\n' "$1" 2>/dev/null | grep -v 'not installed' || true
}

dnf_install() {
  begin "installing $*"
  dnf_run install "$@" || fail "$* could not be installed on $(hostname)" "" "see $LOGS/packages.log there"
}

dnf_install_clock() {
  dnf_install chrony
  systemctl enable --quiet --now chronyd
}
