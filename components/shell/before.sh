#!/usr/bin/env bash
# What was on this machine before us, as note_before of load.sh has noted it: put back when the machine is let go.
# Sourced, never run.

# What starts a service at every boot.
BEFORE_WANTED=/etc/systemd/system/multi-user.target.wants

# before_note_enabled SERVICE: notes whether it starts with the machine, before we or its package see to that.
before_note_enabled() {
  note_before "$BEFORE_WANTED/$1.service"
}

# before_was_nothing PATH: whether it is noted that nothing was there.
before_was_nothing() {
  [ -e "$STATE/before$1.absent" ]
}

# before_was_enabled SERVICE: whether it is noted that it started with the machine.
before_was_enabled() {
  [ -L "$STATE/before$BEFORE_WANTED/$1.service" ]
}

# Whether the notes are of all that ever came from here; an earlier version took none.
before_is_known() {
  [ -d "$STATE/before" ] && [ ! -e "$STATE/before-unknown" ]
}

# before_put_back [PATH…]: what was there, at these paths and below them, or everywhere; with its owner and its mode.
# Where nothing was, nothing is any more, but for a directory in which others have files. A note goes once it has
# served: what is changed after that stays.
before_put_back() {
  local path below
  [ -d "$STATE/before" ] || return 0
  # A directory comes after what is in it.
  while IFS= read -r -d '' path; do
    for below in "${@:-}"; do
      if [ -z "$below" ] || [[ ${path%.absent} == "$below" || $path == "$below"/* ]]; then
        before_put_back_one "$path"
        break
      fi
    done
  done < <(find "$STATE/before" -mindepth 1 ! -type d ! -name '*.new' -printf '/%P\0' | LC_ALL=C sort -rz)
}

# before_put_back_one NOTE: its path below the notes.
before_put_back_one() {
  local note=$STATE/before$1 target=${1%.absent} new
  if [[ $1 != *.absent ]]; then
    new=${target%/*}/.${target##*/}.new
    { mkdir -p "${target%/*}" && cp -a "$note" "$new" && mv -fT "$new" "$target"; } ||
      fail "could not put back $target on $(hostname)" "what is at $note" \
        "df and mount there tell whether its file system is full or read-only"
  elif [ -d "$target" ] && [ ! -L "$target" ]; then
    rmdir "$target" 2>/dev/null || true
  else
    rm -f "$target"
  fi
  rm -f "$note"
}
