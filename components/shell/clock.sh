#!/usr/bin/env bash
# The clock of this machine. Sourced, never run. Input: no-time-sync, where the clock is not to be looked at.
load boot

clock_synchronised() {
  timedatectl show --property=NTPSynchronized
  [ "$(timedatectl show --property=NTPSynchronized --value)" = yes ] && return
  # chrony tells the kernel, which is asked above, only where it may set the hardware clock.
  command -v chronyc >/dev/null && chronyc -n tracking | grep 'Leap status' | grep -q Normal
}

clock_service() {
  systemctl is-active --quiet systemd-timesyncd || systemctl is-active --quiet chrony ||
    systemctl is-active --quiet chronyd ||
    systemctl is-active --quiet ntp || systemctl is-active --quiet ntpd || systemctl is-active --quiet ntpsec
}

# await_clock INSTALL: waits until the clock is right: a certificate signed by one that is wrong is valid from tomorrow,
# or no more. INSTALL, a command, installs and starts a time service where there is none; empty where that is for the
# machine's owner.
clock_await() {
  [ ! -f "$INPUT/no-time-sync" ] || return 0
  if boot_in_container; then
    say "note: $(hostname) is a container; its clock is its host's, and was not checked"
    return
  fi
  clock_service || [ -z "$1" ] || "$1"
  clock_service || clock_synchronised >/dev/null ||
    fail "nothing keeps the clock of $(hostname)" "systemd-timesyncd, chrony or ntpd to run" \
      "install one of them; or set install.timeSync to false if the clock is kept in another way"
  poll 180 "the clock of $(hostname) to be synchronised (timedatectl, chronyc tracking)" clock_synchronised
}
