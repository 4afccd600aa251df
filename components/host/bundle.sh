#!/usr/bin/env bash
# Files of a bundle, checked. Sourced, never run.
# Needs lib.sh, and source (a directory on the machine or an http(s) address), sha256 (of its SHA256SUMS), work (a directory).
# shellcheck disable=SC2154  # set by whoever sources this

# sha256 FILE: by openssl where there is one, which has the CPU's own instructions for it; coreutils, mostly built without, takes
# six times as long for half a gigabyte of programs and images.
sha256() {
  if command -v openssl >/dev/null; then openssl dgst -sha256 -r "$1"; else sha256sum "$1"; fi | cut -d' ' -f1
}

# listed FILE: the SHA-256 that the bundle says it has.
listed() {
  awk -v f="$1" '$2 == f { print $1 }' "$work/SHA256SUMS"
}

# fetch FILE: brings one file of the bundle to the work directory and checks it.
fetch() {
  mkdir -p "$work/$(dirname "$1")"
  case $source in
    http://* | https://*) curl -fsSL --retry 3 --max-time 600 -o "$work/$1" "$source/$1" || fail "could not fetch $source/$1" ;;
    *) ln -sfn "$source/$1" "$work/$1" ;;
  esac
  [ "$1" = SHA256SUMS ] || [ "$(sha256 "$work/$1")" = "$(listed "$1")" ] ||
    fail "$1 of the bundle does not match its checksum" "what $source/SHA256SUMS says" "make the bundle again"
}

fetch_sums() {
  local found
  case $source in
    http://* | https://*) ;;
    *) [ -f "$source/SHA256SUMS" ] || fail "no bundle at $source on $(hostname)" "a directory with SHA256SUMS, bin, cni and images" ;;
  esac
  fetch SHA256SUMS
  found=$(sha256 "$work/SHA256SUMS")
  [ "$found" = "$sha256" ] || fail "the bundle at $source is another one: its SHA256SUMS has SHA-256 $found" "$sha256"
}

# install_program FILE TARGET: from the bundle, unless TARGET is this very file already.
install_program() {
  local sum
  sum=$(listed "$1")
  [ -n "$sum" ] || fail "the bundle at $source has no $1"
  if [ -f "$2" ] && [ "$(sha256 "$2")" = "$sum" ]; then
    return
  fi
  fetch "$1"
  install -D -m 0755 "$work/$1" "$2.new"
  mv -f "$2.new" "$2"
}
