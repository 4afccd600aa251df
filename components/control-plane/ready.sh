#!/usr/bin/env bash
# When a node counts as up, asked on it with KUBECONFIG. Sourced, never run. Needs lib.sh.

# kubeadm's static pods.
PODS=(etcd kube-apiserver kube-controller-manager kube-scheduler)

kubectl() {
  command kubectl --kubeconfig "$KUBECONFIG" --request-timeout=5s "$@"
}

# await_ready WHAT…: returns when it is Ready, or after 20 s; the caller looks which. Watching is one start of kubectl where
# asking again and again is a hundred, each at the expense of the nodes that are just coming up.
await_ready() {
  timeout 30 kubectl --kubeconfig "$KUBECONFIG" wait --for=condition=Ready --timeout=20s "$@" >/dev/null 2>&1 || true
}

node_ready() {
  local status
  await_ready node "$1"
  status=$(kubectl get node "$1" -o 'jsonpath={range .status.conditions[?(@.type=="Ready")]}{.status} {.reason}: {.message}{end}') || return 1
  echo "$status"
  [ "${status%% *}" = True ]
}

# Prints the pods of a namespace on this node that are not ready; none at all is not ready either, and neither is a static pod of
# which the kubelet has not told the API yet.
pods_ready() {
  local list pod
  await_ready pod --namespace "$2" --field-selector "spec.nodeName=$1"
  list=$(kubectl -n "$2" get pods --field-selector "spec.nodeName=$1" \
    -o 'jsonpath={range .items[*]}{.metadata.name} {.status.phase} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}') || return 1
  [ -n "$list" ] || { echo "no pods yet" && return 1; }
  for pod in "${PODS[@]}"; do
    [ "$2" != kube-system ] || [ ! -f "/etc/kubernetes/manifests/$pod.yaml" ] || grep -q "^$pod-$1 " <<<"$list" ||
      { echo "no $pod-$1 yet" && return 1; }
  done
  ! grep -v ' True$' <<<"$list"
}

# wait_until_ready NODE NAMESPACES: until it is Ready, its pods there are, and its kubelet has the certificate that it asks the cluster
# for, without which there are no logs; without namespaces nothing makes a node Ready.
wait_until_ready() {
  local node=$1 namespaces=$2 namespace
  [ -n "$namespaces" ] || return 0
  poll 300 "node $node to be Ready" node_ready "$node"
  for namespace in ${namespaces//,/ }; do
    poll 300 "the pods of $namespace on $node to be ready" pods_ready "$node" "$namespace"
  done
  ! grep -q '^serverTLSBootstrap: true' /var/lib/kubelet/config.yaml ||
    poll 300 "the kubelet of $node to have a certificate of the cluster" test -s /var/lib/kubelet/pki/kubelet-server-current.pem
}
