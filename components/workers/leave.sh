#!/usr/bin/env bash
# Moves the pods of this worker away, which another machine is to take the place of, and resets the machine.
#
#   leave.sh NODE keep|reset
#
# NODE: what the machine is in the cluster. keep: the machine goes with the stack, and is not reset.
# Input: pki/ca.crt (the cluster's CA). Of a worker that was taken off the list neither pods nor a Node are left
# (roster.sh). Nothing but the kubelet's own identity is needed, which may evict the pods of its node.
# Guarantees: disruption budgets are heeded; where they do not let a pod go in time this fails, and nothing is reset.
# Where the cluster does not answer, or goes as a whole, no pod is waited for. Of a machine that is not in this cluster,
# or in it under another name by now, nothing is touched.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load node drain dissolving reset

KUBELET=/etc/kubernetes/kubelet.conf
# Seconds for the pods to go.
LIMIT=300

# Pods of this node that something else starts elsewhere: "NAMESPACE NAME", one a line.
pods() {
  local line='{.metadata.ownerReferences[0].kind} {.metadata.namespace} {.metadata.name}{"\n"}'
  kube get pods --all-namespaces --field-selector "spec.nodeName=$1" -o "jsonpath={range .items[*]}$line{end}" |
    awk '$1 != "DaemonSet" && $1 != "Node" { print $(NF - 1), $NF }'
}

# evict NAMESPACE POD
evict() {
  printf '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"namespace":"%s","name":"%s"}}' "$1" "$2" |
    kube create --raw "/api/v1/namespaces/$1/pods/$2/eviction" -f - >/dev/null
}

# evicted NODE: asks for each that is there; a disruption budget may say no for now.
evicted() {
  local list namespace name
  list=$(pods "$1") || return 1
  while read -r namespace name; do
    [ -z "$name" ] || evict "$namespace" "$name" || true
  done <<<"$list"
  [ -z "$list" ] || { echo "pods are left on $1: $(tr ' \n' '/ ' <<<"$list")" && return 1; }
}

move_pods() {
  local node=$1 found
  kube_use "$KUBELET"
  if ! found=$(kube get node "$node" --ignore-not-found -o name 2>/dev/null); then
    say "note: the cluster does not answer; the pods of $node are not waited for"
  elif [ -n "$found" ] && ! dissolving_node "$node"; then
    begin "moving the pods of $node"
    drain_mark "$node"
    PAUSE=2 poll "$LIMIT" "the pods of $node to go (see 'kubectl get poddisruptionbudgets --all-namespaces')" \
      evicted "$node"
  fi
}

main() {
  ! node_is_another "$1" || return 0
  if [ -f "$KUBELET" ]; then move_pods "$1"; else say "$(hostname) is no worker any more"; fi
  [ "$2" = keep ] || reset_node
}

main "$@" </dev/null
