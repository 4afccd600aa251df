#!/usr/bin/env bash
# How a file of the software comes to its place. Sourced, never run.
load backup

# Whether what is replaced is kept.
software_keeps=

# software_begin_keeping: from here on it is, for this machine lives.
software_begin_keeping() {
  software_keeps=yes
}

software_keep() {
  [ -z "$software_keeps" ] || backup_keep "$1"
}

# software_put SOURCE TARGET MODE: places a file of the software, if it is another one.
software_put() {
  if is_in_place "$@"; then return; fi
  software_keep "$2"
  put "$@"
}
