# shellcheck shell=bash
# The image that every machine of the lab starts from: a Debian with systemd and sshd, as a cloud would hand it over.
# Sourced.

# machine_build: guarantees the image $(machine_image).
machine_build() {
  local base=docker.io/library/debian:$DEBIAN
  "$ENGINE" image inspect "$(machine_image)" >/dev/null 2>&1 && return
  if ! { registry registry-1.docker.io && "$ENGINE" pull -q "$base" >>"$LOG" 2>&1; }; then
    base=localhost/kubeadm-ha-debian:$DEBIAN
    "$ENGINE" image inspect "$base" >/dev/null 2>&1 || debian_import "$base"
  fi
  say "building the machine image (1 min)"
  logged "$ENGINE" build --network host --build-arg "BASE=$base" -t "$(machine_image)" -f "$LAB/machine/Containerfile" \
    "$LAB/machine"
}

machine_image() { echo "localhost/kubeadm-ha-machine:$(machine_key)"; }

# debian_import REFERENCE: a minimal Debian from the package archive, as an image.
debian_import() {
  local root
  apt_install debootstrap debian-archive-keyring
  say "bootstrapping Debian $DEBIAN (40 s)"
  root=$(mktemp -d "$CACHE/tmp/XXXXXX")
  logged debootstrap --variant=minbase "$DEBIAN" "$root/debian"
  tar -C "$root/debian" -c . | "$ENGINE" import - "$1" >>"$LOG" 2>&1 ||
    die "'$ENGINE import' failed; its output is in $LOG"
}

# in_machine SCRIPT: runs it with bash in a container of the machine image; its output is the result.
in_machine() {
  "$ENGINE" run --rm --network host "$(machine_image)" bash -euo pipefail -c "$1" 2>>"$LOG" ||
    die "a command in a container of $(machine_image) failed; its output is in $LOG"
}
