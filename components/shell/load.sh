#!/usr/bin/env bash
# The loader of shell libraries, and the words that every step speaks in. Sourced, never run:
#
#   . "$here/../shell/load.sh"
#   load LIBRARY…
#
# LIBRARY is a file of this folder without its `.sh`, or ROOM/FILE for a library of one room. What a library needs it
# loads itself. From these lines alone the program knows which files a step needs (remote/sources.ts).
#
# A step is started as `bash <room>/<step>.sh ARGUMENT…` with its input files in `input/` beside the room's folder.
# It ends 0 only when its work is done, and can be run again at any time. Progress and errors are short lines on
# standard error, never a secret; standard output stays empty, so that nothing of it lands in the state. Where a step
# is there to be read, its header says what it prints.
#
# A function of a library has the library's name before its own; those of this file alone have none, nor do a step's
# own. The variables below are the only ones that cross files.
# shellcheck disable=SC2034  # what is set here is for whoever sources this

# Seconds that the whole step may take, counted from its start.
DEADLINE=${DEADLINE:-900}
# What unpacked this step keeps everything to root. What is installed is for the system to read, and what is secret says
# so.
umask 022
# Where the rooms are; on a machine, what unpacked this step.
ROOMS=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
INPUT=$ROOMS/input PKI=/etc/kubernetes/pki MANIFESTS=/etc/kubernetes/manifests
# What is known of this machine beyond a step's end.
STATE=/var/lib/kubeadm-ha
LOGS=/var/log/kubeadm-ha
# The libraries that are loaded, each between two spaces.
loaded=" "
doing="starting"
# What a wait saw last.
seen=""
# The status of what was attempted last.
attempted=0

trap 'say "error: the deadline of $DEADLINE s ran out while $doing${seen:+; last seen: $(last_seen 3)}"; exit 124' TERM

# load LIBRARY…: sources each that is not loaded yet.
load() {
  local library
  for library; do
    [[ $library == */* ]] || library=shell/$library
    case $loaded in *" $library "*) continue ;; esac
    loaded+="$library "
    # shellcheck source=/dev/null
    . "$ROOMS/$library.sh"
  done
}

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

# attempt COMMAND…: runs it to its first failure, and notes its status in `attempted`; to be called by itself, never
# where a command's status is asked for, for bash goes on after failures there.
attempt() {
  set +e
  (set -e && "$@")
  attempted=$?
  set -e
}

# note_before PATH: before the first file of ours comes there, keeps what is there at its own path below $STATE/before,
# or notes that nothing is (PATH.absent, and the same for a directory that is made for it), for whoever puts it back
# (before.sh). What a reset takes away whoever wrote it needs no note. This runs hundreds of times: it starts no program
# where there is nothing new to note.
note_before() {
  local kept=$STATE/before$1 directory=${1%/*}
  [ -d "$STATE/before" ] || begin_notes
  case $1 in [!/]* | "$STATE"/* | "$INPUT"/* | /etc/kubernetes/* | /var/lib/kubelet/* | /run/*) return 0 ;; esac
  if [ -e "$kept" ] || [ -L "$kept" ] || [ -e "$kept.absent" ]; then return 0; fi
  if [ -e "$1" ] || [ -L "$1" ]; then
    # There it may be of an earlier version of ours.
    [ ! -e "$STATE/before-unknown" ] || return 0
    # An empty copy must never be taken for what was there: the content is on disk before the name is.
    mkdir -p "${kept%/*}" && cp -a "$1" "$kept.new" && sync -f "$STATE" && mv -f "$kept.new" "$kept"
  else
    { [ -d "${kept%/*}" ] || mkdir -p "${kept%/*}"; } && note_missing "$directory" && : >"$kept.absent"
  fi || fail "could not note what $1 was on $(hostname)" "" \
    "df tells whether the file system of $STATE is full; $1 was not changed"
}

# note_missing DIRECTORY: notes it and those above it, as far as they are not there.
note_missing() {
  local directory=$1
  while [ -n "$directory" ] && [ ! -e "$directory" ]; do
    : >"$STATE/before$directory.absent" || return 1
    directory=${directory%/*}
  done
}

# Before the first note. A machine that an earlier version made has none, and what is there may be that version's.
begin_notes() {
  mkdir -p "$STATE"
  if [ -e /etc/sysctl.d/90-kubeadm-ha.conf ] || [ -e "$STATE/etcd" ] || [ -e "$STATE/load-balancer" ]; then
    # Another step of this very version may have begun meanwhile.
    [ -d "$STATE/before" ] || : >"$STATE/before-unknown"
  fi
  (umask 077 && mkdir -p "$STATE/before") ||
    fail "could not write to $STATE on $(hostname)" "" "df and mount there tell whether it is full or read-only"
}

# put SOURCE TARGET MODE: puts a file in place with its mode from the first byte, and atomically. On the way it is
# hidden: the kubelet reads whatever is among the manifests, but for that.
put() {
  local directory new
  note_before "$2"
  directory=$(dirname "$2")
  new=$directory/.${2##*/}.new
  # Callers ask for the result, and where they do, bash goes on after a command that failed.
  { mkdir -p "$directory" && install -m "$3" "$1" "$new" && mv -f "$new" "$2"; } ||
    fail "could not write $2 on $(hostname)" "" "df and mount there tell whether its file system is full or read-only"
}

# is_in_place SOURCE TARGET MODE: whether TARGET is this very file, with this mode.
is_in_place() {
  cmp -s "$1" "$2" && [ "$(stat -c %a "$2")" = "${3#0}" ]
}

# place SOURCE TARGET [MODE]: the same where TARGET is another file. Returns 0 when that changed something, 1 when it
# was so already.
place() {
  ! is_in_place "$1" "$2" "${3:-0644}" || return 1
  put "$1" "$2" "${3:-0644}"
}

# url_host ADDRESS: the address as a URL has it; IPv6 in brackets.
url_host() {
  case $1 in *:*) echo "[$1]" ;; *) echo "$1" ;; esac
}

# proxied COMMAND…: by the proxies that are configured. For what fetches something and for nothing else: kubeadm writes
# the proxies of its environment into manifests, and whoever asks an API server would go by them.
proxied() {
  (
    # shellcheck source=/dev/null
    [ ! -f "$INPUT/proxy.env" ] || . "$INPUT/proxy.env"
    "$@"
  )
}

# use_work: makes the directory WORK, for what is too large for memory; it is removed at the end.
use_work() {
  WORK=$(mktemp -d)
  # shellcheck disable=SC2064  # the directory's name is wanted now
  trap "rm -rf '$WORK'" EXIT
}

# difference A B: the lines of A that are not in B, on one line. Both are sorted.
difference() {
  comm -23 "$1" "$2" | paste -sd, | sed 's/,/, /g'
}

# require_programs PROGRAM…: fails with all of them that are missing.
require_programs() {
  local program missing=""
  for program; do
    command -v "$program" >/dev/null || missing+=" $program"
  done
  [ -z "$missing" ] || fail "not installed on $(hostname):$missing" "all of: $*"
}
