#!/usr/bin/env bash
# Brings a living member of an external etcd to what is configured by now.
#
#   etcd.sh NAME
#
# Input: see shell/member.sh, where members is this machine's line alone: the others etcd names itself; etcd-software,
# how its programs come to the machine, a word a line, and proxy.env where there is a proxy. Guarantees: certificates
# are placed, which etcd reads at each handshake; it is started again only when what it is started with has changed, one
# member at a time in the whole cluster (a lock in etcd) and when the others are a quorum; one that does not come up
# gets back what it had, and the step fails.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load member backup etcd-software

# Programs are in place before etcd is stopped; what they replace is kept until it runs with them.
bring_programs() {
  local way
  mapfile -t way <"$INPUT/etcd-software"
  software_begin_keeping
  attempt etcd_software_install "${way[@]}"
  [ "$attempted" != 0 ] || attempt etcd_software_check >/dev/null
  [ "$attempted" = 0 ] || {
    backup_restore_all
    exit 1
  }
}

main() {
  local name=$1 id
  member_refuse_foreign
  member_place_files
  bring_programs
  if member_runs_as_configured && ! backup_is_unverified; then
    say "$name is as configured"
    return
  fi
  systemctl is-active --quiet etcd || systemctl start --no-block etcd
  poll 180 "etcd on $name to name its members" etcd_members
  etcd_use_members <<<"$(etcd_members)"
  id=$(etcd_member "$name" "$(member_peer_url "$name")" | cut -d'|' -f1)
  # What it waits for may be another machine's turn, so it waits before it takes its own.
  poll 300 "an etcd that can spare $name for a moment" etcd_quorum_during_restart "$id"
  member_locked "$here/etcd-locked.sh" "$name" "$id"
  say "$name is as configured; etcd was started again"
}

main "$@" </dev/null
