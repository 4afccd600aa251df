#!/usr/bin/env bash
# Files of a living machine that a roll-out replaces: kept until what replaced them is verified, or put back. Sourced,
# never run. They are kept on disk, at their own paths below one directory, for a machine may crash in between.

BACKUP=$STATE/backup

# backup_keep TARGET: keeps what is there, or notes that nothing is; what an interrupted roll-out has kept stays as it
# is.
backup_keep() {
  local kept=$BACKUP$1
  ! backup_has "$1" || return 0
  # An empty copy must never be taken for what was there: the content is on disk before the name is.
  { (umask 077 && mkdir -p "${kept%/*}") && if [ -e "$1" ]; then
    cp -p "$1" "$kept.new" && sync "$kept.new" && mv -f "$kept.new" "$kept"
  else
    : >"$kept.absent"
  fi && sync -f "$BACKUP"; } || fail "could not keep a copy of $1 on $(hostname)" "" \
    "df tells whether the file system of $BACKUP is full; $1 was not changed"
}

# backup_has TARGET: whether it was replaced by a roll-out that is not verified.
backup_has() {
  [ -e "$BACKUP$1" ] || [ -e "$BACKUP$1.absent" ]
}

# backup_replace SOURCE TARGET [MODE]: puts a file in place, and keeps the one that was there.
backup_replace() {
  backup_keep "$2"
  put "$1" "$2" "${3:-0600}"
}

# backup_targets: all that a roll-out has replaced and not verified.
backup_targets() {
  [ ! -d "$BACKUP" ] || find "$BACKUP" -mindepth 2 -type f ! -name '*.new' -printf '/%P\n' | sed 's/\.absent$//' | sort
}

# Succeeds when a roll-out was not ended.
backup_is_unverified() {
  [ -d "$BACKUP" ] && [ -n "$(ls -A "$BACKUP")" ]
}

# backup_restore TARGET…: as they were before. What was replaced stays known until it is verified again.
backup_restore() {
  local target
  for target; do
    if [ -e "$BACKUP$target.absent" ]; then
      rm -f "$target"
    elif [ -e "$BACKUP$target" ]; then
      put "$BACKUP$target" "$target" "$(stat -c %a "$BACKUP$target")"
    fi
  done
}

# backup_restore_all: everything that a roll-out has replaced, as it was before.
backup_restore_all() {
  local targets
  mapfile -t targets < <(backup_targets)
  [ "${#targets[@]}" = 0 ] || backup_restore "${targets[@]}"
}

# What is there now has been verified.
backup_drop() {
  rm -rf "$BACKUP"
}

# A roll-out that version 0.1 began and did not end: it kept files by their names alone.
backup_adopt() {
  local former=$STATE/former name
  [ -d "$former" ] || return 0
  for name in $(cd "$former" && ls); do
    case $name in
      config.yaml | kubeadm-flags.env) place "$former/$name" "$BACKUP/var/lib/kubelet/$name" 0600 || true ;;
      *) place "$former/$name" "$BACKUP$MANIFESTS/$name" 0600 || true ;;
    esac
  done
  rm -rf "$former"
}
backup_adopt
