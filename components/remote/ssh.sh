#!/usr/bin/env bash
# Connections to machines from where Pulumi runs. Sourced, never run.

# ssh_limited SECONDS WORD…: ssh(1) with the ssh_config of this directory, ended after so long where there is a
# timeout(1). What runs at the other end has a limit of its own, and a connection that is dead is noticed.
ssh_limited() {
  local limit=()
  ! command -v timeout >/dev/null || limit=(timeout -k 5 "$1")
  shift
  ${limit[@]+"${limit[@]}"} ssh -F ssh_config "$@"
}
