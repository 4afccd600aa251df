#!/usr/bin/env bash
# The cluster's API as this machine asks it, and when a node counts as up. Sourced, never run.

# kubeadm's static pods.
KUBE_PODS=(etcd kube-apiserver kube-controller-manager kube-scheduler)
# Who asks; a control plane's administrator, unless kube_use says otherwise.
KUBE_CONFIG=/etc/kubernetes/admin.conf

# kube_use FILE: asks with that kubeconfig from now on.
kube_use() {
  KUBE_CONFIG=$1
}

# kube WORD…: kubectl, which gives up a request after 10 s.
kube() {
  kubectl --kubeconfig "$KUBE_CONFIG" --request-timeout=10s "$@"
}

# kube_make WORD…: a kubectl command that can be repeated; no answer is not a refusal, and what is refused for long ends
# the step.
kube_make() {
  poll 120 "the API server to take 'kubectl $1 $2 ${3:-}'" kube "$@"
}

# kube_ask WORD…: prints what a kubectl command prints. An API server that does not answer has said nothing of anything.
kube_ask() {
  poll 120 "the API server to answer 'kubectl $1 $2 ${3:-}'" kube_answered "$@"
  cat "$INPUT/answer"
}

kube_answered() {
  kube "$@" >"$INPUT/answer"
}

# kube_control_planes: those that the cluster knows, whatever is configured; one line each, "NAME ADDRESS". A dual-stack
# Node has a second address behind the one that its API server announces.
kube_control_planes() {
  local list
  list=$(kube get nodes -l node-role.kubernetes.io/control-plane \
    -o 'jsonpath={range .items[*]}{.metadata.name} {.status.addresses[?(@.type=="InternalIP")].address}{"\n"}{end}') ||
    return 1
  awk 'NF > 0 { print $1, $2 }' <<<"$list"
}

# kube_require_here: ends the step with status 75 where this machine serves no cluster now: another one is asked then
# (on-any.sh).
kube_require_here() {
  kube get --raw /readyz >/dev/null 2>&1 || exit 75
}

# kube_ready_at ADDRESS: whether the API server there is ready.
kube_ready_at() {
  curl -fsS -o /dev/null --max-time 5 --cacert "$PKI/ca.crt" "https://$(url_host "$1"):6443/readyz" 2>/dev/null
}

# kube_await_ready WHAT…: returns when it is Ready, or after 20 s; the caller looks which. Watching is one start of
# kubectl where asking again and again is a hundred, each at the expense of the nodes that are just coming up.
kube_await_ready() {
  timeout 30 kubectl --kubeconfig "$KUBE_CONFIG" wait --for=condition=Ready --timeout=20s "$@" >/dev/null 2>&1 || true
}

kube_node_ready() {
  local status
  kube_await_ready node "$1"
  status=$(kube get node "$1" \
    -o 'jsonpath={range .status.conditions[?(@.type=="Ready")]}{.status} {.reason}: {.message}{end}') || return 1
  echo "$status"
  [ "${status%% *}" = True ]
}

# Prints the pods of a namespace on this node that are not ready; none at all is not ready either, and neither is a
# static pod of which the kubelet has not told the API yet.
kube_pods_ready() {
  local list pod ready='{.status.conditions[?(@.type=="Ready")].status}'
  kube_await_ready pod --namespace "$2" --field-selector "spec.nodeName=$1"
  list=$(kube -n "$2" get pods --field-selector "spec.nodeName=$1" \
    -o 'jsonpath={range .items[*]}{.metadata.name} {.status.phase} '"$ready"'{"\n"}{end}') || return 1
  [ -n "$list" ] || { echo "no pods yet" && return 1; }
  for pod in "${KUBE_PODS[@]}"; do
    [ "$2" != kube-system ] || [ ! -f "$MANIFESTS/$pod.yaml" ] || [[ $'\n'$list == *$'\n'"$pod-$1 "* ]] ||
      { echo "no $pod-$1 yet" && return 1; }
  done
  ! grep -v ' True$' <<<"$list"
}

# kube_await_node NODE NAMESPACES: until it is Ready, its pods there are, and its kubelet has the certificate that it
# asks the cluster for, without which there are no logs; without namespaces nothing makes a node Ready.
kube_await_node() {
  local node=$1 namespaces=$2 namespace
  [ -n "$namespaces" ] || return 0
  poll 300 "node $node to be Ready" kube_node_ready "$node"
  for namespace in ${namespaces//,/ }; do
    poll 300 "the pods of $namespace on $node to be ready" kube_pods_ready "$node" "$namespace"
  done
  ! grep -q '^serverTLSBootstrap: true' /var/lib/kubelet/config.yaml ||
    poll 300 "the kubelet of $node to have a certificate of the cluster" \
      test -s /var/lib/kubelet/pki/kubelet-server-current.pem
}
