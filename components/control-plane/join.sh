#!/usr/bin/env bash
# Makes this machine a control plane of the cluster, and waits until it is one in every respect.
#
#   join.sh NODE NAMESPACES
#
# NAMESPACES: where to wait for this node's pods, comma-separated; empty where there is no network to make a node ready.
# Input: address (this machine's), kubeadm.yaml (the cluster's), join.yaml, pki/, software/; where there are any
# patches/, security/, approver/. No token, no certificate key and no particular other machine is needed: the shared CA
# key signs a client certificate of one hour here, and everything else goes through the endpoint. The machine gets the
# version of Kubernetes that the cluster has.
# Guarantees: a member is left as it is; a half-done join is cleared and repeated, on this machine only; no voter of
# etcd is removed unless quorum allows; a machine of another cluster is refused unchanged.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load etcd record encryption approver software control-plane/room

DISCOVERY=/etc/kubernetes/discovery.conf
ADMINISTRATOR=$INPUT/admin.conf
KUBELET_CONF=/etc/kubernetes/kubelet.conf
KUBELET_PEM=/var/lib/kubelet/pki/kubelet-client-current.pem

# sign_user FILE NAME GROUP: a kubeconfig for one hour, signed with the shared CA key.
sign_user() {
  (umask 077 && kubeadm kubeconfig user --config "$INPUT/kubeadm.yaml" --client-name "$2" --org "$3" \
    --validity-period 1h >"$1" 2>"$LOGS/sign.log") ||
    fail "kubeadm could not sign a certificate for $2: $(tail -n 1 "$LOGS/sign.log")"
}

# The identity of `kubeadm token`-joiners without a token: this group may read kubeadm-config and Nodes, and ask for a
# kubelet certificate. https://kubernetes.io/docs/reference/setup-tools/kubeadm/implementation-details/
sign_discovery() {
  sign_user "$DISCOVERY" "system:bootstrap:$1" system:bootstrappers:kubeadm:default-node-token
}

sign_administrator() {
  sign_user "$ADMINISTRATOR" "kubeadm-ha-join:$1" kubeadm:cluster-admins
}

# The members of etcd are asked that the cluster has apart from this machine, whatever is configured.
ask_other_members() {
  local node=$1
  [ -n "$NODE_ETCD_DATA" ] || return 0
  poll 120 "the cluster to name its control planes" others_of "$node"
  etcd_use_nodes <"$INPUT/others"
}

# others_of NODE: at least one, or there is nobody to join.
others_of() {
  local known
  known=$(kube_control_planes) || return 1
  awk -v node="$1" '$1 != node && $2 != ""' <<<"$known" >"$INPUT/others"
  [ -s "$INPUT/others" ] || { echo "none apart from $1" && return 1; }
}

# Succeeds when there is no Node of this name, or no more. kubeadm refuses to join beside one that looks Ready; that of
# a machine which was replaced does for 40 s, and that of an interrupted join may.
forget_node() {
  local found
  found=$(kube get node "$1" --ignore-not-found -o name) || return 1
  [ -z "$found" ] || kube delete node "$1" --ignore-not-found
}

# The member goes first and the data after it: a half-joined voter whose data vanishes takes the quorum of two with it.
clear_half_join() {
  local node=$1 address=$2
  say "found a half-done kubeadm join; clearing it"
  # Its etcd may be one of the voters that the quorum needs until it is removed.
  systemctl start kubelet
  prune_etcd "$node" "$address"
  node_clear
}

# A stacked member of this name or address is an earlier machine's, or what an interrupted join left.
prune_etcd() {
  [ -z "$NODE_ETCD_DATA" ] || etcd_prune "$1" "https://$(url_host "$2"):2380"
}

# kubeadm writes the key before the certificate, and takes what it finds of either for somebody's.
sign_etcd_client() {
  local pair=$PKI/etcd/healthcheck-client
  if [ -z "$NODE_ETCD_DATA" ] || [ -s "$pair.crt" ]; then return 0; fi
  rm -f "$pair".{crt,key}
  logged join kubeadm init phase certs etcd-healthcheck-client --config "$INPUT/kubeadm.yaml" ||
    fail "kubeadm could not sign the etcd client certificate" "" "see $LOGS/join.log on $(hostname)"
}

join_cluster() {
  local node=$1 address=$2
  node_place_shared
  sign_administrator "$node"
  kube_use "$ADMINISTRATOR"
  poll 120 "the cluster's configuration" record_read
  record_refuse_immutable
  software_take "$(record_version)"
  sign_etcd_client
  ask_other_members "$node"
  if node_has_traces; then
    clear_half_join "$node" "$address"
    node_place_shared
    sign_etcd_client
  else
    prune_etcd "$node" "$address"
  fi
  [ -z "$NODE_ETCD_DATA" ] || room_make "$node"
  encryption_place
  node_clear_network
  publish_usable
  poll 60 "the Node $node of an earlier machine to be deleted" forget_node "$node"
  sign_discovery "$node"
  sign_kubelet
  begin "kubeadm join on $node"
  restart_kubelet "$node" "$address" &
  logged join kubeadm join --config "$INPUT/join.yaml" || {
    kill $! 2>/dev/null || true
    fail "kubeadm join failed on $node" "" \
      "read $LOGS/join.log on $node; 'pulumi up' clears what it left and tries again"
  }
  wait $! || fail "the kubelet of $node could not be started again" "" "'journalctl -u kubelet' on $node says why"
  rm -f "$DISCOVERY"
  node_mark_member
  ! record_is_current || record_note_own
  kube_use /etc/kubernetes/admin.conf
}

# kubeadm makes this machine by the published configuration. Where that has changed with this very run, it may name
# files of the API server that are not here, and what an interrupted run published may work nowhere; then what is
# configured is published by who needs it first.
publish_usable() {
  ! record_is_current && record_is_unusable || return 0
  record_upload join kubeadm
}

# The kubelet's first certificate, as if it had got it by rotation, for which it insists on the link. It talks to the
# API server beside it alone, and to ask the cluster for one it would wait for that to come up, in tries that are up to
# half a minute apart.
sign_kubelet() {
  local first=${KUBELET_PEM%/*}/kubelet-client-first.pem
  logged join kubeadm init phase kubeconfig kubelet --config "$INPUT/kubeadm.yaml" ||
    fail "kubeadm could not sign the kubelet's certificate" "" "see $LOGS/join.log on $(hostname)"
  mkdir -p "${first%/*}"
  (umask 077 && sed -nE 's/^ *client-(certificate|key)-data: //p' "$KUBELET_CONF" | base64 -d >"$first")
  ln -sfn "$first" "$KUBELET_PEM"
  sed -i -E "s|^( *client-(certificate\|key))-data: .*|\1: $KUBELET_PEM|" "$KUBELET_CONF"
}

# restart_kubelet NODE ADDRESS: as soon as the API server beside it serves it. By then a kubelet waits out the back-off
# of its watches, and kubeadm waits for the kubelet. Static pods go on running.
restart_kubelet() {
  poll 1200 "the API server of $1 to serve its kubelet" comes_up "$1" "$(url_host "$2")"
  systemctl restart kubelet
}

# comes_up NODE HOST
comes_up() {
  correct_initial_cluster "$1" "https://$2:2380" || true
  served "https://$2:6443/api/v1/nodes/$1"
}

# correct_initial_cluster NODE PEER_URL: etcd starts on an empty directory only if the members that its flag names are
# those that there are. kubeadm writes down the ones it was told of when it added this one, and another machine's, whose
# own join was interrupted, may be removed before etcd has started.
correct_initial_cluster() {
  local manifest=$MANIFESTS/etcd.yaml named members
  [ -f "$manifest" ] && [ ! -d "$NODE_ETCD_DATA/member/wal" ] || return 0
  members=$(etcd_members) && [[ $members == *"|$2|"* ]] || return 0
  members=$(awk -F'|' -v node="$1" -v url="$2" '{ print ($4 == url ? node : $3) "=" $4 }' <<<"$members" | sort)
  named=$(sed -n 's/^ *- --initial-cluster=//p' "$manifest" | tr , '\n' | sort)
  [ "$named" != "$members" ] || return 0
  say "etcd is to start among the members that there are now: $(paste -sd, <<<"$members")"
  sed "s|^\( *- --initial-cluster=\).*|\1$(paste -sd, <<<"$members")|" "$manifest" >"$INPUT/etcd.yaml"
  put "$INPUT/etcd.yaml" "$manifest" 0600
}

# Whether the Node is registered makes no difference. Before there are APIs the answer is 503, before there is
# authorization 403.
served() {
  local status
  status=$(curl -sS -o /dev/null --max-time 3 --cacert "$PKI/ca.crt" --cert "$KUBELET_PEM" -w '%{http_code}' "$1") ||
    return 1
  echo "HTTP status $status"
  [ "$status" = 200 ] || [ "$status" = 404 ]
}

# kubeadm makes the replicas of CoreDNS when there is one node, so all of them run there: with it, cluster DNS would go
# for minutes. One is deleted; its successor keeps away from the others' node, while they serve.
spread_dns() {
  local pods
  pods=$(kube -n kube-system get pods -l k8s-app=kube-dns \
    -o 'jsonpath={range .items[*]}{.spec.nodeName} {.metadata.name}{"\n"}{end}' | sort) || return 0
  # A pod without a node is about to be scheduled, and kept apart.
  [ "$(cut -d' ' -f1 <<<"$pods" | uniq | wc -l)" = 1 ] && [[ $pods == ?*' '*$'\n'* ]] && [ "${pods%% *}" != "$1" ] ||
    return 0
  say "spreading CoreDNS, which runs on ${pods%% *} alone"
  logged join kube -n kube-system delete pod --wait=false --ignore-not-found \
    "$(head -n 1 <<<"$pods" | cut -d' ' -f2)" || true
  poll 300 "every replica of CoreDNS to be ready" dns_ready
}

# Its node may be one that nobody waits for any more. Prints how many there are that are ready and stay.
dns_ready() {
  local replicas ready status='{.status.conditions[?(@.type=="Ready")].status}'
  replicas=$(kube -n kube-system get deployment coredns --ignore-not-found -o 'jsonpath={.spec.replicas}') || return 1
  ready=$(kube -n kube-system get pods -l k8s-app=kube-dns \
    -o 'jsonpath={range .items[*]}{.metadata.deletionTimestamp} '"$status"'{"\n"}{end}' | grep -c '^ True$')
  echo "$ready of ${replicas:=0}"
  [ "$ready" -ge "$replicas" ]
}

wait_until_up() {
  local node=$1 address=$2 namespaces=$3
  poll 300 "the API server of $node to be ready" kube --server "https://$(url_host "$address"):6443" get --raw /readyz
  approver_run
  kube_await_node "$node" "$namespaces"
}

# refuse_other_name NODE: a machine whose name in the list has changed is in the cluster by the former one.
refuse_other_name() {
  local name
  name=$(node_own_name)
  [ -z "$name" ] || [ "$name" = "$1" ] ||
    fail "$(hostname) is in the cluster as $name" "a machine that is not, to be $1" \
      "take $name off the list and run 'pulumi up', which resets the machine; then add it as $1"
}

main() {
  local node=$1 namespaces=$2 address joined=0
  address=$(cat "$INPUT/address")
  mkdir -p "$LOGS"
  node_refuse_foreign
  if node_is_member; then
    refuse_other_name "$node"
    say "$node is a member already"
  else
    join_cluster "$node" "$address"
    joined=1
  fi
  # kubeadm leaves the first as the umask has it, and the second, where it was there before, as it was: a volume of its
  # own.
  chmod 0600 /var/lib/kubelet/config.yaml
  [ -z "$NODE_ETCD_DATA" ] || chmod 0700 "$NODE_ETCD_DATA"
  begin "waiting for $node to be up"
  wait_until_up "$node" "$address" "$namespaces"
  [ "$joined" = 0 ] || spread_dns "$node"
  say "$node is up after $SECONDS s"
}

main "$@" </dev/null
