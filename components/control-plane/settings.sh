#!/usr/bin/env bash
# Brings a living control plane to the settings that are configured by now.
#
#   settings.sh NODE NAMESPACES
#
# NAMESPACES: as for join.sh. Input: address, peers (addresses of the other control planes, one a line), kubeadm.yaml, patches/
# and security/ (both optional), pki/ca.crt, etcd-data-dir or etcd-endpoints.
# What kubeadm would write today is compared with what is there, and only what differs is put in place. Guarantees: nothing
# is started anew unless all other control planes are ready and etcd can spare its member; what does not become healthy
# gets back what it had, and the step fails; a run that was interrupted is gone on with. Who calls it sees to it that it
# is one machine's turn at a time.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"
# shellcheck source=components/control-plane/member.sh
. "$here/member.sh"
# shellcheck source=components/etcd/quorum.sh
. "$here/../etcd/quorum.sh"
# shellcheck source=components/control-plane/ready.sh
. "$here/ready.sh"
# shellcheck source=components/control-plane/published.sh
. "$here/published.sh"
# shellcheck source=components/control-plane/encryption.sh
. "$here/encryption.sh"
# shellcheck source=components/control-plane/former.sh
. "$here/former.sh"
# shellcheck source=components/control-plane/kubelet.sh
. "$here/kubelet.sh"
# shellcheck source=components/control-plane/pods.sh
. "$here/pods.sh"
# shellcheck source=components/control-plane/serving.sh
. "$here/serving.sh"

# shellcheck disable=SC2034  # for ready.sh
KUBECONFIG=/etc/kubernetes/admin.conf
# shellcheck disable=SC2034  # for quorum.sh
PEERS=https://127.0.0.1:2379
# What kubeadm would write today.
WANTED=$INPUT/wanted

render_wanted() {
  local phase
  rm -rf "$WANTED"
  (umask 077 && mkdir -p "$WANTED")
  for phase in "control-plane all" "etcd local" kubelet-start; do
    [ "$phase" != "etcd local" ] || [ -n "$ETCD_DATA" ] || continue
    # shellcheck disable=SC2086  # a phase is several words
    KUBEADM_INIT_DRYRUN_DIR=$WANTED logged settings kubeadm init phase $phase --config "$INPUT/kubeadm.yaml" --dry-run ||
      fail "kubeadm refuses the changed settings on $(hostname)" "" "see $LOGS/settings.log there; nothing was touched"
  done
  [ ! -f "$WANTED/etcd.yaml" ] || keep_initial_cluster
}

# How a member once joined is not a setting, and etcd does not look at it again.
keep_initial_cluster() {
  awk 'NR == FNR { if (/--initial-cluster(-state)?=/) kept = kept $0 "\n"; next }
       /--initial-cluster-state=/ { next }
       /--initial-cluster=/ { printf "%s", kept; next }
       { print }' "$MANIFESTS/etcd.yaml" "$WANTED/etcd.yaml" >"$WANTED/merged"
  mv -f "$WANTED/merged" "$WANTED/etcd.yaml"
}

# The static pods that differ, and those that an interrupted run has replaced.
changed_pods() {
  local pod
  for pod in "${PODS[@]}"; do
    [ -f "$WANTED/$pod.yaml" ] || continue
    if [ -f "$FORMER/$pod.yaml" ] || ! cmp -s "$WANTED/$pod.yaml" "$MANIFESTS/$pod.yaml"; then echo "$pod"; fi
  done
}

others_ready() {
  local peer
  while read -r peer; do
    ready_at "$peer" || { echo "the API server at $peer is not ready" && return 1; }
  done <"$INPUT/peers"
}

# spare_etcd NODE: when the other members are a quorum.
spare_etcd() {
  local id
  poll 60 "the member list of etcd" members
  id=$(member_at "$1" "" | cut -d'|' -f1)
  poll 120 "an etcd that can spare $1 for a moment" quorum_during_restart "$id"
  yield_leadership "$id"
}

change_pod() {
  local pod=$1 node=$2 address=$3 before=""
  begin "changing $pod of $node"
  if ! cmp -s "$WANTED/$pod.yaml" "$MANIFESTS/$pod.yaml"; then
    [ "$pod" != etcd ] || spare_etcd "$node"
    before=$(pod_logs "$pod")
    replace "$WANTED/$pod.yaml"
  fi
  if ! (poll 360 "$pod of $node to be as its manifest has it" settled "$pod" "$address" "$before") ||
    ! healthy "$pod" "$address" "$before" >/dev/null; then
    roll_back "$pod of $node" "$node" "$address" "$(last_words "$pod" "$before")"
  fi
}

change_kubelet() {
  local node=$1 address=$2 file
  begin "changing the kubelet of $node"
  for file in "${KUBELET_FILES[@]}"; do
    replace "$WANTED/$file"
  done
  (restart_kubelet "$node") || roll_back "the kubelet of $node" "$node" "$address" "$(kubelet_words)"
}

# roll_back WHAT NODE ADDRESS WORDS: undoes all that this run has changed.
roll_back() {
  local pod
  local -A logs=()
  say "$1 does not come up with the changed settings; its last words:"
  say "${4:-none}"
  begin "going back to the former settings of $2"
  for pod in "${PODS[@]}"; do
    [ ! -f "$FORMER/$pod.yaml" ] || cmp -s "$FORMER/$pod.yaml" "$MANIFESTS/$pod.yaml" || logs[$pod]=$(pod_logs "$pod")
  done
  put_back
  for pod in "${!logs[@]}"; do
    poll 300 "$pod of $2 to be back as it was" healthy "$pod" "$3" "${logs[$pod]}"
  done
  proved
  fail "$1 does not come up with the changed settings: $(tail -n 1 <<<"$4")" \
    "what is healthy with them; $2 is back at its former settings, and the control planes after it were not touched" \
    "correct the configuration, then 'pulumi up'"
}

# What machines that join later are made by, and what runs on every node. The first machine that works with it does it.
publish() {
  local before
  poll 120 "the cluster's configuration" read_published
  ! published || return 0
  begin "publishing the changed settings"
  upload settings all
  before=$(kube_proxy_version)
  logged settings kubeadm init phase addon kube-proxy --config "$INPUT/kubeadm.yaml" ||
    fail "kubeadm could not change kube-proxy" "" "see $LOGS/settings.log on $(hostname)"
  [ "$(kube_proxy_version)" = "$before" ] ||
    kubectl -n kube-system rollout restart daemonset kube-proxy >/dev/null
  note_published
}

kube_proxy_version() {
  kubectl -n kube-system get configmap kube-proxy -o 'jsonpath={.metadata.resourceVersion}'
}

# Whether ordinary pods may run here.
taint() {
  if grep -q '^  taints: \[\]' "$INPUT/kubeadm.yaml"; then
    kubectl taint node "$1" node-role.kubernetes.io/control-plane:NoSchedule- >/dev/null 2>&1 || true
  else
    kubectl taint node "$1" --overwrite node-role.kubernetes.io/control-plane:NoSchedule >/dev/null
  fi
}

apply_settings() {
  local node=$1 address=$2 namespaces=$3 pod pods
  begin "comparing the settings of $node"
  place_security_files
  place_patches
  render_wanted
  renew_serving_certificate "$node" "$address"
  pods=$(changed_pods)
  [ -z "$pods" ] ||
    poll 120 "every other API server to be ready, before the settings of $node change" others_ready
  for pod in $pods; do
    change_pod "$pod" "$node" "$address"
  done
  if kubelet_changed "$WANTED"; then change_kubelet "$node" "$address"; fi
  begin "waiting for $node to be up"
  for pod in $pods; do
    PAUSE=2 poll 300 "the API to show the changed $pod of $node" shown "$pod" "$node"
  done
  wait_until_ready "$node" "$namespaces"
  proved
  publish
  taint "$node"
  tidy_security_files
  note_settings
  say "$node has the settings of the configuration; started anew: ${pods:-nothing}"
}

main() {
  local node=$1 namespaces=$2 address
  address=$(cat "$INPUT/address")
  is_member || fail "$node is no control plane of this cluster" "one that has joined" "'pulumi up' joins it"
  mkdir -p "$LOGS"
  write_with_first_key
  if [ "$(cat "$SETTINGS" 2>/dev/null)" = "$(settings_fingerprint)" ] && ! is_unproved; then
    say "$node has the settings of the configuration"
    return
  fi
  apply_settings "$node" "$address" "$namespaces"
}

main "$@" </dev/null
