#!/usr/bin/env bash
# Connections to machines from where Pulumi runs. Sourced, never run.

# ssh_limited SECONDS WORD…: ssh(1) with the ssh_config of this directory, ended after so long where there is a
# timeout(1). What runs at the other end has a limit of its own, and a connection that is dead is noticed.
ssh_limited() {
  local limit=()
  ssh_open_keys || return 255
  ! command -v timeout >/dev/null || limit=(timeout -k 5 "$1")
  shift
  ${limit[@]+"${limit[@]}"} ssh -F ssh_config "$@"
}

# ssh_is_away STATUS: whether that of a connection says that the machine cannot be reached, or is not there any more:
# ssh's own failure, or the limit.
ssh_is_away() {
  case $1 in 255 | 124 | 137) ;; *) return 1 ;; esac
}

# ssh_open_keys: takes the passphrase off each key of this directory that has one beside it. The directory goes with the
# step, and has held both. ssh(1) would ask for it only if it could ask other questions, too. Neither is in an argument:
# others on this machine see those.
ssh_open_keys() {
  local passphrase key reason
  for passphrase in *.passphrase; do
    [ -e "$passphrase" ] || continue
    key=${passphrase%.passphrase}.key
    printf '#!/bin/sh\nexec cat "%s"\n' "$PWD/$passphrase" >askpass
    chmod 700 askpass
    # An OpenSSH before 8.4 asks that program only where there is a display.
    if ! SSH_ASKPASS=$PWD/askpass SSH_ASKPASS_REQUIRE=force DISPLAY=${DISPLAY:-:0} \
      ssh-keygen -q -p -N '' -f "$key" </dev/null >ssh.log 2>&1; then
      reason=$(tail -n 1 ssh.log)
      echo "the passphrase does not open the key: $reason" >ssh.log
      return 1
    fi
    rm -f "$passphrase" askpass
  done
}
