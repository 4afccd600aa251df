#!/usr/bin/env bash
# Makes the cluster's Nodes what the lists say: labels, taints, provider IDs, and no worker there that is in no list.
#
#   roster.sh WORKERS DRAIN
#
# WORKERS: the names of all that are to be, comma-separated; empty for none. DRAIN: seconds that the drain of one may take.
# Input: control-planes/<name>.yaml and workers/<name>.yaml, each Node as the lists have it; its annotations kubeadm-ha/taints and
# kubeadm-ha/labels name what of it comes from here; provider-ids, one line "NAME ID" for each that has one. Run on any control plane.
# Guarantees: only Nodes with the label kubeadm-ha/pool are ever removed, only labels and taints that came from here taken away. A worker that
# leaves is drained first, with heed of disruption budgets; where they do not let it go in time nothing is deleted, and the message says which
# pods are left. One that is dead is not waited for.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load kube roster/drain

POOL=kubeadm-ha/pool
# What kubeadm gives a control plane by itself.
CONTROL_PLANE_TAINT=node-role.kubernetes.io/control-plane=:NoSchedule

# Every Node that there is, one a line: name, its notes of taints and labels, whether it is leaving, its taints, its provider ID.
list_nodes() {
  local note='{{with .metadata.annotations}}{{with index . "%s"}}{{.}}{{end}}{{end}}|' template
  # shellcheck disable=SC2059  # the format is ours
  template=$(printf "{{range .items}}{{.metadata.name}}|$note$note$note" kubeadm-ha/taints kubeadm-ha/labels "$DRAIN_MARK")
  template+='{{range .spec.taints}}{{.key}}={{with .value}}{{.}}{{end}}:{{.effect}},{{end}}|'
  template+='{{with .spec.providerID}}{{.}}{{end}}{{"\n"}}{{end}}'
  kube_ask get nodes -o "go-template=$template" >"$INPUT/nodes"
}

# wanted NOTE FILE: what an annotation of the wanted Node says.
wanted() {
  sed -n "s|^ *kubeadm-ha/$1: \"\(.*\)\"$|\1|p" "$2"
}

# settle FILE: brings one Node in line, but for what the apply does.
settle() {
  local file=$1 node line taints labels leaving there id taint label want
  node=$(basename "$file" .yaml)
  line=$(grep "^$node|" "$INPUT/nodes") || {
    say "note: there is no Node $node; it registers again when the kubelet there is restarted"
    return
  }
  IFS='|' read -r _ taints labels leaving there id <<<"$line"
  if [ "$leaving" = true ]; then
    kube_make uncordon "$node"
    kube_make annotate node "$node" "$DRAIN_MARK-"
  fi
  [[ $file != */control-planes/* ]] || [ -n "$taints" ] || taints=$CONTROL_PLANE_TAINT
  want=$(wanted taints "$file")
  # Before the apply, whose annotation is what says which of them came from here.
  for taint in ${taints//,/ }; do
    has_taint "$want" "$taint" || ! has_taint "$there" "$taint" || kube_make taint node "$node" "${taint%%=*}:${taint##*:}-"
  done
  for taint in ${want//,/ }; do
    [[ ",$there" == *",$taint,"* ]] || kube_make taint node "$node" --overwrite "$taint"
  done
  want=,$(wanted labels "$file"),
  for label in ${labels//,/ }; do
    [[ $want == *",$label,"* ]] || kube_make label node "$node" "$label-"
  done
  settle_provider "$node" "$id"
  cp "$file" "$INPUT/apply/$node.yaml"
}

# has_taint LIST TAINT: of the same key and effect; the value does not tell one from another.
has_taint() {
  grep -qE "(^|,)${2%%=*}=[^,]*:${2##*:}(,|$)" <<<"$1"
}

# settle_provider NODE ID: what a Node once has of it never changes.
settle_provider() {
  local want
  want=$(awk -v node="$1" '$1 == node { print $2 }' "$INPUT/provider-ids")
  [ -n "$want" ] && [ "$want" != "$2" ] || return 0
  [ -z "$2" ] || fail "the Node $1 has the provider ID $2; configured is $want" "the same: it never changes in a Node's life" \
    "put providerId back; or 'kubectl delete node $1' and restart the kubelet there, which registers it again"
  kube_make patch node "$1" --patch "{\"spec\":{\"providerID\":\"$want\"}}"
}

main() {
  local workers=$1 seconds=$2 file node
  kube_require_here
  begin "settling the Nodes"
  mkdir -p "$INPUT/apply"
  list_nodes
  for file in "$INPUT"/control-planes/*.yaml "$INPUT"/workers/*.yaml; do
    [ ! -f "$file" ] || settle "$file"
  done
  [ -z "$(ls "$INPUT/apply")" ] ||
    kube_make apply --server-side --force-conflicts --field-manager=kubeadm-ha -f "$INPUT/apply"
  for node in $(kube_ask get nodes --selector "$POOL" -o 'jsonpath={.items[*].metadata.name}'); do
    [[ ",$workers," == *",$node,"* ]] || drain_and_delete "$node" "$seconds"
  done
}

main "$@" </dev/null
