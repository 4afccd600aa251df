#!/usr/bin/env bash
# Makes the cluster's workers what the pools say, from a control plane: labels, taints, and nobody there who is not listed.
#
#   pools.sh WORKERS DRAIN
#
# WORKERS: the names of all that are to be, comma-separated; empty for none. DRAIN: seconds that the drain of one may take.
# Input: nodes/<name>.yaml, the Node as the pools have it; the annotation kubeadm-ha/taints names its taints.
# Guarantees: only Nodes with the label kubeadm-ha/pool are ever removed, only labels and taints that came from here taken
# away. A worker that leaves is drained first, with heed of disruption budgets; where they do not let it go in time nothing
# is deleted, and the message says which pods are left. One that is dead is not waited for.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"

POOL=kubeadm-ha/pool
LEAVING=kubeadm-ha/leaving
TAINTS=kubeadm-ha/taints

kubectl() {
  command kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=20s "$@"
}

# annotation NODE NAME: its value; nothing where there is none.
annotation() {
  kubectl get node "$1" -o "go-template={{with .metadata.annotations}}{{with index . \"$2\"}}{{.}}{{end}}{{end}}"
}

# Brings one worker's labels and taints in line. Fields that this manager set once and sets no more go with the apply.
settle() {
  local node=$1 file=$INPUT/nodes/$1.yaml before now taint found
  found=$(kubectl get node "$node" --ignore-not-found -o name) || return 1
  if [ -z "$found" ]; then
    say "note: there is no Node $node; it registers again when the kubelet there is restarted"
    return 0
  fi
  before=$(annotation "$node" "$TAINTS")
  now=$(sed -n "s|^ *$TAINTS: \"\(.*\)\"$|\1|p" "$file")
  if [ "$(annotation "$node" "$LEAVING")" = true ]; then
    kubectl uncordon "$node" >/dev/null
    kubectl annotate node "$node" "$LEAVING-" >/dev/null
  fi
  kubectl apply --server-side --force-conflicts --field-manager=kubeadm-ha -f "$file" >/dev/null
  for taint in ${before//,/ }; do
    # As key=value:effect, of which the value does not tell one from another.
    grep -qE "(^|,)${taint%%=*}=[^,]*:${taint##*:}(,|$)" <<<"$now" || kubectl taint node "$node" "${taint%%=*}:${taint##*:}-" >/dev/null || true
  done
  # shellcheck disable=SC2086  # a taint has no space in it
  [ -z "$now" ] || kubectl taint --overwrite node "$node" ${now//,/ } >/dev/null
}

node_ready() {
  [ "$(kubectl get node "$1" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" = True ]
}

# Pods on a node that a drain has to move, each with its namespace.
left_on() {
  kubectl get pods --all-namespaces --field-selector "spec.nodeName=$1" \
    -o 'jsonpath={range .items[*]}{.metadata.ownerReferences[0].kind} {.metadata.namespace}/{.metadata.name}{"\n"}{end}' |
    awk '$1 != "DaemonSet" && $1 != "Node" { printf "%s ", $NF }'
}

# drain NODE SECONDS: until its pods have left, or it turns out to be dead.
drain() {
  local node=$1 end=$((SECONDS + $2))
  begin "draining $node"
  kubectl annotate --overwrite node "$node" "$LEAVING=true" >/dev/null
  kubectl cordon "$node" >/dev/null
  # A Node looks Ready for 40 s after its machine died; so one long drain would be a wait for nobody.
  until logged drain kubectl drain "$node" --ignore-daemonsets --delete-emptydir-data --force --timeout=20s >/dev/null 2>&1; do
    if ! node_ready "$node"; then
      say "$node does not answer; its pods are given up"
      return
    fi
    [ "$SECONDS" -lt "$end" ] || fail "$node could not be drained in $2 s; left on it: $(left_on "$node")" \
      "pods that may be moved" "see 'kubectl get poddisruptionbudgets --all-namespaces'; 'pulumi up' goes on with the drain, and $node stays cordoned until then"
  done
}

leave() {
  local node=$1
  if node_ready "$node"; then
    drain "$node" "$2"
  else
    say "$node is not Ready; its pods are given up"
  fi
  kubectl delete node "$node" >/dev/null
  say "$node has left; where its machine lives on, run 'kubeadm reset --force' there"
}

main() {
  local workers=$1 seconds=$2 node
  begin "settling the workers"
  poll 120 "the API server to answer" kubectl get --raw /readyz
  for node in ${workers//,/ }; do
    settle "$node" || fail "labels and taints of $node could not be set"
  done
  for node in $(kubectl get nodes --selector "$POOL" -o 'jsonpath={.items[*].metadata.name}'); do
    [[ ",$workers," == *",$node,"* ]] || leave "$node" "$seconds"
  done
}

main "$@" </dev/null
