#!/usr/bin/env bash
# Gives etcd a file system of its own, on an EBS volume. cloud-init runs it at a machine's first boot,
# etcd-volume@.service at every other; it can be run again at any time.
#
#   etcd-volume.sh VOLUME_ID      e.g. vol-0123456789abcdef0
#
# Waits for the volume as long as it takes: who attaches it may have been interrupted, and goes on another day.
# Guarantees: /var/lib/etcd is this instance's own directory on that volume, now and after every reboot, or it fails;
# and neither kubelet nor etcd starts without it, since a member that comes back with an empty directory would break its
# cluster. A volume with a file system is never formatted, and what an earlier instance left on it stays, in that
# instance's directory. The file system of a volume that has grown grows with it when it is mounted at a boot.
set -euo pipefail

VOLUME=/var/lib/kubeadm-ha/etcd-volume
DATA=/var/lib/etcd

say() { printf 'etcd-volume: %s\n' "$*" >&2; }

fail() {
  say "error: $1"
  exit 1
}

# await_device PATH
await_device() {
  [ -b "$1" ] || say "waiting for $1, the volume that is to be attached to this instance"
  until [ -b "$1" ]; do sleep 1; done
}

# format DEVICE: unless there is anything on it.
format() {
  local status=0 found
  found=$(blkid -p -o value -s TYPE "$1") || status=$?
  case $status in
    0) [ "$found" = ext4 ] || fail "$1 holds ${found:-a partition table}; expected: nothing, or ext4" ;;
    2) mkfs.ext4 -q -m 0 "$1" ;;
    *) fail "blkid ended with $status for $1" ;;
  esac
}

# mounted_at_boot SOURCE TARGET TYPE OPTIONS: one line of fstab, once. Without the disk the machine still boots, and can
# be looked at.
mounted_at_boot() {
  local line="$1 $2 $3 $4,nofail 0 0"
  grep -qxF "$line" /etc/fstab || printf '%s\n' "$line" >>/etc/fstab
}

# needs_data UNIT: it waits for the directory to be mounted, and does not start where nothing mounts it.
needs_data() {
  mkdir -p "/etc/systemd/system/$1.d"
  printf '[Unit]\nRequiresMountsFor=%s\nAssertPathIsMountPoint=%s\n' "$DATA" "$DATA" \
    >"/etc/systemd/system/$1.d/20-etcd-volume.conf"
}

main() {
  local device own
  device=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${1/-/}
  own=$VOLUME/$(cat /var/lib/cloud/data/instance-id)
  # Before anything that can fail.
  needs_data kubelet.service
  needs_data etcd.service
  systemctl daemon-reload
  if ! mountpoint -q "$DATA"; then
    [ -z "$(ls -A "$DATA" 2>/dev/null)" ] || fail "$DATA is not empty and not on a volume of its own"
    await_device "$device"
    mountpoint -q "$VOLUME" || format "$device"
  fi
  mkdir -p "$VOLUME" "$DATA"
  mounted_at_boot "$device" "$VOLUME" ext4 defaults,noatime,x-systemd.growfs
  mounted_at_boot "$own" "$DATA" none "bind,x-systemd.requires-mounts-for=$VOLUME"
  systemctl daemon-reload
  mountpoint -q "$VOLUME" || mount "$VOLUME"
  install -d -m 0700 "$own"
  mountpoint -q "$DATA" || mount "$DATA"
  say "$DATA is on $1"
}

main "$@" </dev/null
