#!/usr/bin/env bash
# Starts etcd on this machine with another unit. Run by etcd.sh while it holds the cluster's lock.
#
#   etcd-locked.sh NAME ID     of this machine's member
#
# Environment: MEMBERS, client URLs of those to ask. Input: see shell/member.sh. Guarantees: the others are a quorum
# meanwhile; an etcd that does not come up gets back the unit and the programs that it had.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load member backup

up_again() {
  member_runs_as_configured && member_is_voter "$1"
}

start() {
  backup_replace "$INPUT/etcd.service" "$MEMBER_UNIT" 0644
  systemctl daemon-reload
  systemctl restart --no-block etcd
  poll 60 "$1 to be a healthy voter again" up_again "$1"
}

# What the running etcd wrote last, without what it writes when all is well.
last_log_lines() {
  journalctl --unit=etcd --output=cat --lines=100 |
    grep -vE '"level":"(info|debug|warn)"|^[A-Z][a-z]+ing |^(Started|Stopped)|^ |systemd|etcd.service' |
    tail -n 3 | cut -c1-300 | xargs -d '\n'
}

roll_back() {
  local log
  log=$(last_log_lines) || true
  backup_restore_all
  systemctl daemon-reload
  systemctl restart --no-block etcd
  poll 60 "$1 to be a healthy voter with the settings that it had" member_is_voter "$1"
  backup_drop
  fail "etcd on $1 does not come up with the changed settings: $log" "flags that etcd accepts" \
    "put cluster.etcd right; etcd runs with the settings that it had"
}

main() {
  local name=$1 id=$2
  etcd_use "$MEMBERS"
  begin "starting etcd on $name again"
  poll 15 "an etcd that can spare $name for a moment" etcd_quorum_during_restart "$id"
  etcd_yield_leadership "$id"
  attempt start "$name"
  [ "$attempted" = 0 ] || roll_back "$name"
  backup_drop
}

main "$@" </dev/null
