#!/usr/bin/env bash
# How a node leaves the cluster. Sourced, never run.
load kube

# At a Node that leaves.
DRAIN_MARK=kubeadm-ha/leaving

# drain_mark NODE: no pod comes to it any more. One that comes back to the lists is known by the mark, and uncordoned.
drain_mark() {
  kube_make annotate node "$1" --overwrite "$DRAIN_MARK=true"
  kube_make cordon "$1"
}

# drain_unmark NODE: pods may come to it again.
drain_unmark() {
  kube_make uncordon "$1"
  kube_make annotate node "$1" "$DRAIN_MARK-"
}

# drain_readiness NODE: True, False or Unknown.
drain_readiness() {
  kube_ask get node "$1" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
}

# drain_left_on NODE: pods that a drain has to move, each with its namespace.
drain_left_on() {
  local line='{.metadata.ownerReferences[0].kind} {.metadata.namespace}/{.metadata.name}{"\n"}'
  kube_ask get pods --all-namespaces --field-selector "spec.nodeName=$1" -o "jsonpath={range .items[*]}$line{end}" |
    awk '$1 != "DaemonSet" && $1 != "Node" { printf "%s ", $NF }'
}

# drain_node NODE SECONDS: until its pods have left, or it turns out to be dead.
drain_node() {
  local node=$1 end=$((SECONDS + $2)) ready
  begin "draining $node"
  # A Node looks Ready for 40 s after its machine died; so one long drain would be a wait for nobody.
  until logged drain kube drain "$node" --ignore-daemonsets --delete-emptydir-data --force --timeout=20s \
    2>/dev/null; do
    ready=$(drain_readiness "$node")
    if [ "$ready" != True ]; then
      say "$node does not answer any more; its pods are lost"
      return
    fi
    [ "$SECONDS" -lt "$end" ] ||
      fail "$node could not be drained in $2 s; left on it: $(drain_left_on "$node")" "pods that may be moved" \
        "$(printf '%s' "see 'kubectl get poddisruptionbudgets --all-namespaces'; " \
          "'pulumi up' goes on with the drain, and $node stays cordoned until then")"
  done
}

# drain_if_alive NODE SECONDS
drain_if_alive() {
  local ready
  # Who does not answer has said nothing of it.
  ready=$(drain_readiness "$1")
  if [ "$ready" = True ]; then drain_node "$1" "$2"; else say "$1 is not Ready; its pods are lost"; fi
}

# drain_and_delete NODE SECONDS
drain_and_delete() {
  drain_if_alive "$1" "$2"
  kube_make delete node "$1" --ignore-not-found
  say "$1 has left"
}
