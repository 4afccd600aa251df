#!/usr/bin/env bash
# What the step scripts share. Sourced, never run.
#
# A step is started as `bash <room>/<step>.sh ARGUMENT…` with its input files in `input/` beside the room's folder.
# It ends 0 only when its work is done, and can be run again at any time. Progress and errors are short lines on
# standard error, never a secret; standard output stays empty, so that nothing of it lands in the state. Where a step
# is there to be read, its header says what it prints.

# Seconds that the whole step may take, counted from its start.
DEADLINE=${DEADLINE:-900}
# What unpacked this step keeps everything to root. What is installed is for the system to read, and what is secret says so.
umask 022
# shellcheck disable=SC2034  # for the scripts that source this
INPUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/input
LOGS=/var/log/kubeadm-ha
doing="starting"
# What a wait saw last.
seen=""

trap 'say "error: the deadline of $DEADLINE s ran out while $doing${seen:+; last seen: $(last_seen 3)}"; exit 124' TERM

# say TEXT…: one line of progress.
say() {
  printf '%s\n' "$*" >&2
}

# begin TEXT…: as say; what is named is what a message about the deadline speaks of.
begin() {
  doing="$*" seen=""
  say "$@"
}

# fail FOUND [EXPECTED] [FIX]: ends the step with what was found, what was expected and what to do about it.
fail() {
  say "error: $1"
  [ -z "${2:-}" ] || say "  expected: $2"
  [ -z "${3:-}" ] || say "  to do: $3"
  exit 1
}

# poll LIMIT WHAT COMMAND…: tries COMMAND until it succeeds, for LIMIT seconds or what is left of the step's deadline.
# Fails with WHAT and the last thing that COMMAND printed, and says both every half minute, the first time after 10 s.
poll() {
  local limit=$1 what=$2 begun=$SECONDS end now pause=0.1 tell=$((SECONDS + 10))
  shift 2
  doing="waiting for $what" seen=""
  end=$((SECONDS + limit))
  [ "$end" -le "$DEADLINE" ] || end=$DEADLINE
  until now=$("$@" 2>&1); do
    seen=$now
    if [ "$SECONDS" -ge "$end" ]; then
      fail "waited $((SECONDS - begun)) s for $what; last seen: $(last_seen 3)"
    elif [ "$SECONDS" -ge "$tell" ]; then
      say "still waiting for $what; last seen: $(last_seen 1)"
      tell=$((SECONDS + 30))
    fi
    sleep "$pause"
    pause=${PAUSE:-0.5}
  done
  seen=""
}

# last_seen LINES: so many of its last ones.
last_seen() {
  tail -n "$1" <<<"$seen" | cut -c1-300
}

# logged NAME COMMAND…: runs COMMAND with its output in /var/log/kubeadm-ha/NAME.log (root only), and shows the end
# of that when it fails. Returns the command's status.
logged() {
  local log=$LOGS/$1.log status=0
  shift
  (umask 077 && mkdir -p "$LOGS")
  (umask 077 && printf '\n== %s %s\n' "$(date -u +%FT%TZ)" "$1 ${2:-}" >>"$log")
  "$@" >>"$log" 2>&1 </dev/null || status=$?
  if [ "$status" != 0 ]; then
    say "$1 ${2:-} ended with status $status; the end of $log:"
    tail -n 15 "$log" | cut -c1-400 | sed 's/^/  | /' >&2
  fi
  return "$status"
}

# place SOURCE TARGET [MODE]: puts a file in place with its mode from the first byte, and atomically.
# Returns 0 when that changed something, 1 when TARGET was so already.
place() {
  local source=$1 target=$2 mode=${3:-0644}
  if cmp -s "$source" "$target" && [ "$(stat -c %a "$target")" = "${mode#0}" ]; then
    return 1
  fi
  # Callers ask for the result, and where they do, bash goes on after a command that failed.
  { mkdir -p "$(dirname "$target")" && install -m "$mode" "$source" "$target.new" && mv -f "$target.new" "$target"; } ||
    fail "could not write $target on $(hostname)" "" "df and mount there tell whether its file system is full or read-only"
}

# url_host ADDRESS: the address as a URL has it; IPv6 in brackets.
url_host() {
  case $1 in *:*) echo "[$1]" ;; *) echo "$1" ;; esac
}

# use_proxy: sends whatever fetches something by the proxy that is configured.
use_proxy() {
  # shellcheck source=/dev/null
  [ ! -f "$INPUT/proxy.env" ] || . "$INPUT/proxy.env"
}
