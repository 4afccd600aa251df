#!/usr/bin/env bash
# How a living node is changed: compare, guard, back up, apply, verify or roll back. Sourced, never run.
#
# What can change are parts, each a library of this room with the functions
#   PART_render NODE             writes what is configured, as it would be written today, and fails where it cannot be
#   PART_differs NODE ADDRESS    whether what is there is not that; prints what
#   PART_apply NODE ADDRESS      puts it in place, having kept what was there (backup.sh), and fails where it does not
#                                work
#   PART_name                    what it is called in a message
#   PART_log                     what a part that does not work has to say
#   PART_undo NODE ADDRESS       puts back what was there before, and returns when that works
# Whoever sources this defines `guard NODE`, which returns when the node may be changed.
# shellcheck disable=SC2154  # load.sh sets `attempted`
load backup kube

# What kubeadm would write today, for the parts.
# shellcheck disable=SC2034
ROLLOUT_WANTED=$INPUT/wanted

# rollout_kubeadm WORD…: a phase of kubeadm init that writes into ROLLOUT_WANTED. What kubeadm refuses ends the step
# before anything is touched.
rollout_kubeadm() {
  KUBEADM_INIT_DRYRUN_DIR=$ROLLOUT_WANTED logged rollout kubeadm init phase "$@" ||
    fail "kubeadm refuses the changed settings on $(hostname)" "" "see $LOGS/rollout.log there; nothing was touched"
}

# rollout_certificates_in DIRECTORY: prints kubeadm.yaml with that for its certificates.
rollout_certificates_in() {
  sed "s|^kind: ClusterConfiguration|&\ncertificatesDir: $1|" "$INPUT/kubeadm.yaml"
}

# rollout_run NODE ADDRESS PART…: the parts that differ, in their order; those that an interrupted run has changed count
# as such.
rollout_run() {
  local node=$1 address=$2 part what changed=()
  shift 2
  (umask 077 && mkdir -p "$ROLLOUT_WANTED")
  for part; do "${part}_render" "$node"; done
  for part; do
    if what=$("${part}_differs" "$node" "$address"); then
      changed+=("$part")
      say "$node differs: ${what:-${part//_/ }}"
    fi
  done
  [ "${#changed[@]}" != 0 ] || return 0
  guard "$node"
  for part in "${changed[@]}"; do
    begin "changing the ${part//_/ } of $node"
    attempt "${part}_apply" "$node" "$address"
    [ "$attempted" = 0 ] || rollout_back "$part" "$node" "$address" "$@"
  done
}

# rollout_back PART NODE ADDRESS PARTS…: undoes all that was changed, and fails with what PART has to say.
rollout_back() {
  local culprit=$1 node=$2 address=$3 part words
  shift 3
  words=$("${culprit}_log") || true
  say "it does not come up with the changed settings; its last log lines:"
  say "${words:-none}"
  begin "going back to the former settings of $node"
  for part; do
    "${part}_undo" "$node" "$address"
  done
  backup_drop
  words=$(tail -n 1 <<<"${words:-it says nothing}")
  fail "$("${culprit}_name") of $node does not come up with the changed settings: $words" \
    "what is healthy with them; $node is back at its former settings, and the machines after it were not touched" \
    "correct the configuration, then 'pulumi up'"
}
