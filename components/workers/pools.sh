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

# make_so WORD…: a kubectl command that can be repeated; no answer is no refusal, and what is refused for long ends the step.
make_so() {
  poll 120 "the API server to take 'kubectl $1 $2 ${3:-}'" kubectl "$@"
}

# ask WORD…: prints what a kubectl command prints. An API server that does not answer has said nothing of any node.
ask() {
  poll 120 "the API server to answer 'kubectl $1 $2 ${3:-}'" answered "$@"
  cat "$INPUT/answer"
}

answered() {
  kubectl "$@" >"$INPUT/answer"
}

# annotation NODE NAME: its value; nothing where there is none.
annotation() {
  ask get node "$1" -o "go-template={{with .metadata.annotations}}{{with index . \"$2\"}}{{.}}{{end}}{{end}}"
}

# Brings one worker's labels and taints in line. Fields that this manager set once and sets no more go with the apply.
settle() {
  local node=$1 file=$INPUT/nodes/$1.yaml before now taint found leaving there
  found=$(ask get node "$node" --ignore-not-found -o name)
  if [ -z "$found" ]; then
    say "note: there is no Node $node; it registers again when the kubelet there is restarted"
    return
  fi
  before=$(annotation "$node" "$TAINTS")
  leaving=$(annotation "$node" "$LEAVING")
  there=$(ask get node "$node" -o 'jsonpath={range .spec.taints[*]}{.key}:{.effect}{"\n"}{end}')
  now=$(sed -n "s|^ *$TAINTS: \"\(.*\)\"$|\1|p" "$file")
  if [ "$leaving" = true ]; then
    make_so uncordon "$node"
    make_so annotate node "$node" "$LEAVING-"
  fi
  # Taints first: the annotation of the apply is what says which of them came from here.
  for taint in ${before//,/ }; do
    # As key=value:effect, of which the value does not tell one from another.
    taint=${taint%%=*}:${taint##*:}
    if grep -qE "(^|,)${taint%:*}=[^,]*:${taint#*:}(,|$)" <<<"$now" || ! grep -qxF "$taint" <<<"$there"; then continue; fi
    make_so taint node "$node" "$taint-"
  done
  # shellcheck disable=SC2086  # a taint has no space in it
  [ -z "$now" ] || make_so taint node "$node" --overwrite ${now//,/ }
  make_so apply --server-side --force-conflicts --field-manager=kubeadm-ha -f "$file"
}

# True, False or Unknown.
readiness() {
  ask get node "$1" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
}

# Pods on a node that a drain has to move, each with its namespace.
left_on() {
  ask get pods --all-namespaces --field-selector "spec.nodeName=$1" \
    -o 'jsonpath={range .items[*]}{.metadata.ownerReferences[0].kind} {.metadata.namespace}/{.metadata.name}{"\n"}{end}' |
    awk '$1 != "DaemonSet" && $1 != "Node" { printf "%s ", $NF }'
}

# drain NODE SECONDS: until its pods have left, or it turns out to be dead.
drain() {
  local node=$1 end=$((SECONDS + $2)) ready
  begin "draining $node"
  make_so annotate node "$node" --overwrite "$LEAVING=true"
  make_so cordon "$node"
  # A Node looks Ready for 40 s after its machine died; so one long drain would be a wait for nobody.
  until logged drain kubectl drain "$node" --ignore-daemonsets --delete-emptydir-data --force --timeout=20s 2>/dev/null; do
    ready=$(readiness "$node")
    if [ "$ready" != True ]; then
      say "$node does not answer any more; its pods are given up"
      return
    fi
    [ "$SECONDS" -lt "$end" ] || fail "$node could not be drained in $2 s; left on it: $(left_on "$node")" \
      "pods that may be moved" "see 'kubectl get poddisruptionbudgets --all-namespaces'; 'pulumi up' goes on with the drain, and $node stays cordoned until then"
  done
}

leave() {
  local node=$1 ready
  ready=$(readiness "$node")
  if [ "$ready" = True ]; then
    drain "$node" "$2"
  else
    say "$node is not Ready; its pods are given up"
  fi
  make_so delete node "$node" --ignore-not-found
  say "$node has left; where its machine lives on, run 'kubeadm reset --force' there"
}

main() {
  local workers=$1 seconds=$2 node found
  begin "settling the workers"
  poll 120 "the API server to answer" kubectl get --raw /readyz
  for node in ${workers//,/ }; do
    settle "$node"
  done
  found=$(ask get nodes --selector "$POOL" -o 'jsonpath={.items[*].metadata.name}')
  for node in $found; do
    [[ ",$workers," == *",$node,"* ]] || leave "$node" "$seconds"
  done
}

main "$@" </dev/null
