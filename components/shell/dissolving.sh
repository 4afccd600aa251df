#!/usr/bin/env bash
# Whether the whole cluster goes, and no machine has to ask others before it does. Sourced, never run.
load kube

# When that was said, in seconds since the epoch: on a machine, and at each Node for workers, who see no more of the
# cluster. It holds for a quarter of an hour: a run that was to take the cluster away, and did not, does not leave
# machines that go unasked.
DISSOLVING=$STATE/dissolving
DISSOLVING_MARK=kubeadm-ha/dissolving

# Says so. The Nodes are told as far as the API answers.
dissolving_say() {
  mkdir -p "$STATE"
  date +%s >"$DISSOLVING"
  [ ! -f "$KUBE_CONFIG" ] ||
    kube annotate nodes --all --overwrite "$DISSOLVING_MARK=$(cat "$DISSOLVING")" >/dev/null 2>&1 || true
}

dissolving_here() {
  dissolving_holds "$(cat "$DISSOLVING" 2>/dev/null)"
}

# dissolving_node NODE
dissolving_node() {
  dissolving_holds "$(kube get node "$1" -o "jsonpath={.metadata.annotations.kubeadm-ha/dissolving}" 2>/dev/null)"
}

dissolving_holds() {
  [[ $1 =~ ^[0-9]+$ ]] && [ $(($(date +%s) - $1)) -lt 900 ]
}
