#!/usr/bin/env bash
# The kubelet of a living node, when its settings change. Pods go on running meanwhile. Sourced, never run. Needs lib.sh and former.sh.

# What kubeadm writes of it, in /var/lib/kubelet.
KUBELET_FILES=(config.yaml kubeadm-flags.env)

# kubelet_changed WANTED: whether a file there differs, or an interrupted run has replaced one.
kubelet_changed() {
  local file
  for file in "${KUBELET_FILES[@]}"; do
    [ ! -f "$FORMER/$file" ] && cmp -s "$1/$file" "$(home_of "$file")/$file" || return 0
  done
  return 1
}

kubelet_healthy() {
  curl -fsS --max-time 3 http://127.0.0.1:10248/healthz
}

# Ends when it is healthy, or was started three times.
kubelet_settled() {
  kubelet_healthy || [ "$(systemctl show --property=NRestarts --value kubelet)" -ge 3 ]
}

# restart_kubelet NODE: succeeds when it is healthy again.
restart_kubelet() {
  systemctl restart kubelet
  await_kubelet "$1"
}

# await_kubelet NODE: the same for one that was just restarted.
await_kubelet() {
  poll 120 "the kubelet of $1 to be healthy" kubelet_settled
  kubelet_healthy >/dev/null
}

# Its last complaint.
kubelet_words() {
  journalctl -u kubelet -o cat -n 200 | grep -iE 'err|fail' | tail -n 1 | cut -c1-300
}
