#!/usr/bin/env bash
# A control plane of three as somebody makes it who knows kubeadm well and has its commands in a script: what the
# benchmark compares with. Everything that can go side by side does, and nothing is checked that kubeadm does not check.
#
#   by-hand.sh ENGINE STACK FILES
#
# Containers STACK-lb-1 and STACK-cp-1..3 are up, with nothing of Kubernetes but the bundle at /opt/kubeadm-ha/bundle.
# FILES: what files.ts wrote. Ends when all nodes are Ready and so are all pods; prints the seconds of each part.
set -euo pipefail

IGNORED=NumCPU,Mem,Swap,SystemVerification
KUBECONFIG=/etc/kubernetes/admin.conf

on() { "$engine" exec "$stack-$1" "${@:2}"; }

lap() { printf '%6.1f s  %s\n' "$(($(date +%s%N) - started))e-9" "$*"; }

# As the kubeadm documentation has it: binaries, units, CNI plugins, container runtime, images.
install_node() {
  "$engine" cp "$files/." "$stack-$1:/root/"
  # shellcheck disable=SC2016  # for the shell inside
  on "$1" bash -euc '
    cd /opt/kubeadm-ha/bundle
    install -m 755 bin/kube* bin/containerd* bin/ctr bin/runc /usr/local/bin/
    install -D -m 755 -t /opt/cni/bin cni/*
    install -D -m 644 /root/config.toml /etc/containerd/config.toml
    install -m 644 /root/*.service /etc/systemd/system/
    install -D -m 644 /root/10-kubeadm.conf /etc/systemd/system/kubelet.service.d/10-kubeadm.conf
    sysctl -qw net.ipv4.ip_forward=1
    systemctl daemon-reload
    systemctl enable -q --now containerd
    systemctl enable -q kubelet
    for archive in images/*.tar; do ctr -n k8s.io images import --all-platforms "$archive" >/dev/null; done'
}

install_load_balancer() {
  "$engine" cp "$files/haproxy.cfg" "$stack-lb-1:/etc/haproxy/haproxy.cfg"
  on lb-1 systemctl enable -q --now haproxy
}

main() {
  engine=$1 stack=$2 files=$3 started=$(date +%s%N)
  local node key join pids=() first network
  for node in cp-1 cp-2 cp-3; do
    install_node "$node" &
    pids+=($!)
  done
  install_load_balancer
  first=${pids[0]}
  wait "$first"
  lap "cp-1 is installed"

  on cp-1 kubeadm init --config /root/kubeadm.yaml --upload-certs --ignore-preflight-errors "$IGNORED"
  lap "kubeadm init"
  on cp-1 kubectl --kubeconfig "$KUBECONFIG" apply -f /root/flannel.yaml &
  network=$!
  join=$(on cp-1 kubeadm token create --print-join-command)
  key=$(sed -n 's/^certificateKey: //p' "$files/kubeadm.yaml")
  wait "${pids[@]:1}"

  pids=()
  for node in cp-2 cp-3; do
    # shellcheck disable=SC2086  # the command's words
    on "$node" $join --control-plane --certificate-key "$key" --ignore-preflight-errors "$IGNORED" &
    pids+=($!)
  done
  wait "$network"
  for node in "${pids[@]}"; do wait "$node"; done
  lap "both joins"

  on cp-1 kubectl --kubeconfig "$KUBECONFIG" wait --for=condition=Ready --timeout=300s node --all
  lap "all nodes Ready"
  on cp-1 kubectl --kubeconfig "$KUBECONFIG" wait --for=condition=Ready --timeout=300s pod --all --all-namespaces
  lap "all pods ready"
}

main "$@" </dev/null
