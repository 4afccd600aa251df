#!/usr/bin/env bash
# Swap, beside which a kubelet does not start. Sourced, never run. Input: swap-in-containers, where a container may have
# its host's.
load boot

# swaps: those that are on, by name.
swap_devices() {
  tail -n +2 /proc/swaps | cut -d' ' -f1 | xargs
}

swap_refuse() {
  local fix="swapoff -a, and take it out of /etc/fstab"
  [ -n "$(swap_devices)" ] || return 0
  if boot_in_container; then
    if [ -f "$INPUT/swap-in-containers" ]; then
      say "note: the host of $(hostname) has swap on"
      return
    fi
    fix="$fix, on the host of this container; or set install.swapInContainers, and failSwapOn of the kubelet to false"
  fi
  fail "swap is on: $(swap_devices)" "none, since the kubelet does not start beside it" "$fix"
}

# Swap off, now and after the next boot: by fstab, and by systemd, which finds swap partitions and zram without it.
swap_off() {
  local unit
  if boot_in_container; then
    swap_refuse
    return
  fi
  if [ -n "$(swap_devices)" ]; then
    say "switching swap off: $(swap_devices)"
    logged prepare swapoff -a ||
      fail "swap could not be switched off on $(hostname)" "" "free memory there, or look at what uses it"
  fi
  if [ -f /etc/fstab ]; then
    sed -E 's/^([^#[:space:]]+[[:space:]]+[^[:space:]]+[[:space:]]+swap([[:space:]]|$))/# kubeadm-ha: \1/' \
      /etc/fstab >"$INPUT/fstab"
    place "$INPUT/fstab" /etc/fstab || true
  fi
  while read -r unit _; do
    # What masks it is a link of this name.
    note_before "/etc/systemd/system/$unit"
    systemctl mask --quiet "$unit"
  done < <(systemctl list-units --type=swap --all --plain --no-legend)
}
