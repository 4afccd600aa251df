#!/usr/bin/env bash
# How a file of the software comes to its place. Sourced, never run.
load backup

# Whether what is replaced is kept: on a machine that lives.
software_keeps=

software_keep() {
  [ -z "$software_keeps" ] || backup_keep "$1"
}

# software_put SOURCE TARGET MODE: places a file of the software, if it is another one.
software_put() {
  if cmp -s "$1" "$2" && [ "$(stat -c %a "$2")" = "${3#0}" ]; then return; fi
  software_keep "$2"
  backup_put "$1" "$2" "$3"
}
