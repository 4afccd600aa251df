#!/usr/bin/env bash
# Makes the cluster's Nodes what the lists say: labels, taints, provider IDs, and nobody there that is in no list.
#
#   roster.sh WORKERS DRAIN
#
# WORKERS: the names of all that are to be, comma-separated; empty for none. DRAIN: seconds for the drain of one.
# Input: control-planes/<name>.yaml and workers/<name>.yaml, each Node as the lists have it; its annotations
# kubeadm-ha/taints and kubeadm-ha/labels name what of it comes from here; provider-ids, one line "NAME ID" for each
# that has one; etcd-data-dir where control planes have members of etcd. Run on any control plane.
# Guarantees: only Nodes with the label kubeadm-ha/pool are ever removed, and control planes that were in an earlier
# list (they have left, but for those that could not); only labels and taints that came from here are taken away. Who
# leaves is drained first, with heed of disruption budgets; where they do not let it go in time it is not deleted, and
# the message says which pods are left. One that is dead is not waited for. No voter of etcd is removed that it needs.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load kube drain leaving

# Every Node that there was at the beginning, one a line: its name, "=" and the value of each of these notes that it
# has, its taints, its provider ID.
NODES=$INPUT/nodes
NOTES=(kubeadm-ha/taints kubeadm-ha/labels "$DRAIN_MARK")
POOL=kubeadm-ha/pool
# What kubeadm gives a control plane by itself.
CONTROL_PLANE_TAINT='node-role.kubernetes.io/control-plane=:NoSchedule'

list_nodes() {
  local template='{{range .items}}{{.metadata.name}}|' note
  for note in "${NOTES[@]}"; do
    template+="{{range \$key, \$value := .metadata.annotations}}{{if eq \$key \"$note\"}}={{\$value}}{{end}}{{end}}|"
  done
  template+='{{range .spec.taints}}{{.key}}={{with .value}}{{.}}{{end}}:{{.effect}},{{end}}|'
  template+='{{with .spec.providerID}}{{.}}{{end}}{{"\n"}}{{end}}'
  kube_ask get nodes -o "go-template=$template" >"$NODES"
}

# wanted NOTE FILE: what an annotation of the Node of a list says.
wanted() {
  sed -n "s|^ *kubeadm-ha/$1: \"\(.*\)\"$|\1|p" "$2"
}

# node_line NODE: its line of the list. A name has dots, and is no pattern.
node_line() {
  awk -F'|' -v node="$1" '$1 == node' "$NODES"
}

# settle FILE: brings one Node in line, but for what the apply does. What is taken away goes before that, whose
# annotations are what says that it came from here.
settle() {
  local file=$1 node line taints labels leaving there
  node=$(basename "$file" .yaml)
  line=$(node_line "$node")
  [ -n "$line" ] || {
    say "note: there is no Node $node; it registers again when the kubelet there is restarted"
    return
  }
  IFS='|' read -r _ taints labels leaving there _ <<<"$line"
  if [ -n "$leaving" ]; then
    drain_unmark "$node"
  fi
  [ -n "$taints" ] || [[ $file != */control-planes/* ]] || taints=$CONTROL_PLANE_TAINT
  settle_taints "$node" "${taints#=}" "$(wanted taints "$file")" "$there"
  settle_labels "$node" "${labels#=}" "$(wanted labels "$file")"
  cp "$file" "$INPUT/apply/$node.yaml"
}

# settle_taints NODE FORMER WANTED THERE: lists of KEY=VALUE:EFFECT. The new ones come first: no pod slips in between.
settle_taints() {
  local node=$1 taint
  for taint in ${3//,/ }; do
    [[ ",$4" == *",$taint,"* ]] || kube_make taint node "$node" --overwrite "$taint"
  done
  for taint in ${2//,/ }; do
    has_taint "$3" "$taint" || ! has_taint "$4" "$taint" ||
      poll 120 "the API server to take the taint ${taint%%=*} off $node" untaint "$node" "${taint%%=*}:${taint##*:}"
  done
}

# has_taint LIST TAINT: of the same key and effect; the value does not tell one from another.
has_taint() {
  local taint
  for taint in ${1//,/ }; do
    [ "${taint%%=*}:${taint##*:}" != "${2%%=*}:${2##*:}" ] || return 0
  done
  return 1
}

# untaint NODE KEY:EFFECT: gone is gone, whoever did it; kubectl refuses to take off what is not there.
untaint() {
  local there
  there=$(kube get node "$1" -o 'jsonpath={range .spec.taints[*]}{.key}:{.effect}{"\n"}{end}') || return 1
  ! grep -qxF -- "$2" <<<"$there" || kube taint node "$1" "$2-"
}

# settle_labels NODE FORMER WANTED: takes off those that came from here and are not wanted any more. The apply does not
# where the kubelet registered with them, and so owns them, too.
settle_labels() {
  local node=$1 label gone=()
  for label in ${2//,/ }; do
    [[ ",$3," == *",$label,"* ]] || gone+=("$label-")
  done
  [ "${#gone[@]}" = 0 ] || kube_make label node "$node" "${gone[@]}"
}

# Provider IDs: before anything is changed, for what a Node once has of it never changes in its life.
refuse_other_ids() {
  local node id found=""
  while read -r node id; do
    found+=$(awk -F'|' -v node="$node" -v id="$id" '$1 == node && $NF != "" && $NF != id {
      printf "%s has %s (configured: %s); ", node, $NF, id }' "$NODES")
  done <"$INPUT/provider-ids"
  [ -z "$found" ] || fail "another provider ID than is configured: ${found%; }" \
    "what the Node has: this never changes in its life; nothing was touched" \
    "put providerId back; or 'kubectl delete node' and restart the kubelet there, which registers it again"
}

set_ids() {
  local node id
  while read -r node id; do
    [[ $(node_line "$node") != *"|" ]] || kube_make patch node "$node" --patch "{\"spec\":{\"providerID\":\"$id\"}}"
  done <"$INPUT/provider-ids"
}

# remove_others WORKERS
remove_others() {
  local node found leaving=()
  found=$(kube_ask get nodes --selector "$POOL" -o 'jsonpath={.items[*].metadata.name}')
  for node in $found; do
    [[ ",$1," == *",$node,"* ]] || leaving+=("$node")
  done
  # All of them first, or the pods of one would move to the next that leaves.
  for node in ${leaving[@]+"${leaving[@]}"}; do drain_mark "$node"; done
  for node in ${leaving[@]+"${leaving[@]}"}; do drain_and_delete "$node" "$2"; done
}

remove_control_planes() {
  local node found
  poll 60 "the list of who is in the cluster" admitted_read
  # Another machine can tell where the etcd of this one does not answer.
  [ ! -s "$ADMITTED_FORMER" ] || [ -z "$NODE_ETCD_DATA" ] || etcd_ctl endpoint health >/dev/null 2>&1 || exit 75
  found=$(leaving_stragglers)
  for node in $found; do leaving_finish "$node"; done
}

main() {
  local workers=$1 seconds=$2 file
  kube_require_here
  begin "settling the Nodes"
  mkdir -p "$INPUT/apply"
  list_nodes
  refuse_other_ids
  for file in "$INPUT"/control-planes/*.yaml "$INPUT"/workers/*.yaml; do
    [ ! -f "$file" ] || settle "$file"
  done
  set_ids
  [ -z "$(ls "$INPUT/apply")" ] ||
    kube_make apply --server-side --force-conflicts --field-manager=kubeadm-ha -f "$INPUT/apply"
  remove_control_planes
  remove_others "$workers" "$seconds"
}

main "$@" </dev/null
