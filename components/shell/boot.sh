#!/usr/bin/env bash
# The boot of this machine, and what kind of machine it is. Sourced, never run.

boot_await() {
  local status=0
  command -v cloud-init >/dev/null || return 0
  begin "waiting for cloud-init"
  poll 600 "cloud-init to be through" boot_cloud_init_ended
  # 2 is "done, with recoverable errors".
  cloud-init status >/dev/null || status=$?
  [ "$status" = 0 ] || [ "$status" = 2 ] ||
    fail "cloud-init on $(hostname) ended with an error: $(boot_cloud_init_error)" "done" \
      "/var/log/cloud-init-output.log there says more; a reboot forgets the error once its cause is gone"
}

# What it reports while it runs may be an error already; its result is there only at the end.
boot_cloud_init_ended() {
  cloud-init status || true
  [ -f /run/cloud-init/result.json ] || cloud-init status 2>/dev/null | grep -q disabled
}

boot_cloud_init_error() {
  # Its own Python, which it cannot be without.
  python3 -c 'import json; print("; ".join(json.load(open("/run/cloud-init/result.json"))["v1"]["errors"]))' |
    tr '\n' ' ' | cut -c1-300
}

# A container's clock, swap and modules are its host's.
boot_in_container() {
  systemd-detect-virt --quiet --container
}
