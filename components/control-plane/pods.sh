#!/usr/bin/env bash
# The static pods of a control plane: whether one runs as its manifest has it, and answers. Sourced, never run.
# Needs lib.sh, member.sh, quorum.sh and kubectl() of ready.sh.

# pod_logs POD: the directory of its logs; a pod of another manifest has another one.
pod_logs() {
  # shellcheck disable=SC2012  # the kubelet makes these names
  ls -td /var/log/pods/kube-system_"$1"-*/"$1" 2>/dev/null | head -n 1
}

# healthy POD ADDRESS FORMER_LOGS: succeeds when it was started since then, and answers.
healthy() {
  local logs
  logs=$(pod_logs "$1")
  if [ -z "$logs" ] || [ "$logs" = "$3" ]; then
    echo "the kubelet has not started it"
    return 1
  fi
  case $1 in
    kube-apiserver) ready_at "$2" || { echo "/readyz is not ok" && return 1; } ;;
    kube-controller-manager) curl -fsSk -o /dev/null --max-time 5 https://127.0.0.1:10257/healthz ;;
    kube-scheduler) curl -fsSk -o /dev/null --max-time 5 https://127.0.0.1:10259/healthz ;;
    etcd) PEERS=https://127.0.0.1:2379 etcd endpoint health 2>&1 ;;
  esac
}

ready_at() {
  curl -fsS -o /dev/null --max-time 5 --cacert "$PKI/ca.crt" "https://$(url_host "$1"):6443/readyz" 2>/dev/null
}

# settled POD ADDRESS FORMER_LOGS: ends when it is healthy, or was started three times.
settled() {
  local logs last
  healthy "$@" && return
  logs=$(pod_logs "$1")
  [ -n "$logs" ] && [ "$logs" != "$3" ] || return 1
  # The kubelet counts the starts of a container in the names of its logs, from 0.
  last=$(cd "$logs" && printf '%s\n' *.log | sort -n | tail -n 1)
  [ "${last%.log}" -ge 2 ] 2>/dev/null
}

# shown POD NODE: succeeds when the API has the pod that runs. The kubelet makes a new record of a pod with another manifest
# when it next looks, up to a minute later; both go by the same hash, which is in the name of the logs, too.
shown() {
  local logs hash told
  logs=$(pod_logs "$1")
  hash=${logs%/*} hash=${hash##*_}
  told=$(kubectl -n kube-system get pod "$1-$2" -o 'jsonpath={.metadata.annotations.kubernetes\.io/config\.hash}') || return 1
  [ "$told" = "$hash" ] || { echo "the API has ${told:-nothing}, the machine has $hash" && return 1; }
}

# last_words POD FORMER_LOGS
last_words() {
  local logs
  logs=$(pod_logs "$1")
  if [ -z "$logs" ] || [ "$logs" = "$2" ]; then
    echo "none: the kubelet has not started it"
  else
    cat "$logs"/*.log | tail -n 4 | sed -E 's/^[^ ]+ std(out|err) [FP] //' | cut -c1-400
  fi
}
