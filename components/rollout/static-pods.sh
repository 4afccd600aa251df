#!/usr/bin/env bash
# Part of a roll-out: the static pods of a control plane, one after the other, etcd under the guard of the quorum.
# Sourced, never run.
load node etcd kube backup

# The pods that are changed, the one that was last, and the directories of the logs that each had before: a pod of
# another manifest has another one.
STATIC_PODS=$INPUT/static-pods

static_pods_name() {
  cat "$STATIC_PODS/last"
}

static_pods_differs() {
  local differing
  differing=$(static_pods_differing "$1")
  echo "${differing//$'\n'/, }"
  [ -n "$differing" ]
}

# static_pods_differing NODE: those that are not what kubeadm would write today, and those that an interrupted run has
# replaced.
static_pods_differing() {
  local pod
  for pod in "${KUBE_PODS[@]}"; do
    [ -f "$ROLLOUT_WANTED/$pod.yaml" ] || continue
    if backup_has "$MANIFESTS/$pod.yaml" || ! cmp -s "$ROLLOUT_WANTED/$pod.yaml" "$MANIFESTS/$pod.yaml"; then
      echo "$pod"
    fi
  done
}

static_pods_render() {
  local phase
  for phase in "control-plane all" "etcd local"; do
    [ "$phase" != "etcd local" ] || [ -n "$NODE_ETCD_DATA" ] || continue
    # shellcheck disable=SC2086  # a phase is several words
    rollout_kubeadm $phase --config "$INPUT/kubeadm.yaml" --dry-run
  done
  [ ! -f "$ROLLOUT_WANTED/etcd.yaml" ] || static_pods_keep_initial_cluster
}

# How a member once joined is none of what is configured, and etcd does not look at it again.
static_pods_keep_initial_cluster() {
  awk 'NR == FNR { if (/--initial-cluster(-state)?=/) kept = kept $0 "\n"; next }
       /--initial-cluster-state=/ { next }
       /--initial-cluster=/ { printf "%s", kept; next }
       { print }' "$MANIFESTS/etcd.yaml" "$ROLLOUT_WANTED/etcd.yaml" >"$ROLLOUT_WANTED/merged"
  mv -f "$ROLLOUT_WANTED/merged" "$ROLLOUT_WANTED/etcd.yaml"
}

static_pods_apply() {
  local pod
  mkdir -p "$STATIC_PODS"
  static_pods_differing "$1" >"$STATIC_PODS/changed"
  for pod in $(static_pods_changed); do
    static_pods_change "$pod" "$1" "$2"
  done
}

# static_pods_changed: those that this roll-out has changed.
static_pods_changed() {
  [ ! -f "$STATIC_PODS/changed" ] || cat "$STATIC_PODS/changed"
}

# static_pods_change POD NODE ADDRESS
static_pods_change() {
  local pod=$1 node=$2 address=$3 before=""
  begin "changing $pod of $node"
  echo "$pod" >"$STATIC_PODS/last"
  if ! cmp -s "$ROLLOUT_WANTED/$pod.yaml" "$MANIFESTS/$pod.yaml"; then
    [ "$pod" != etcd ] || static_pods_spare_etcd "$node"
    before=$(static_pods_logs "$pod")
    backup_replace "$ROLLOUT_WANTED/$pod.yaml" "$MANIFESTS/$pod.yaml"
  fi
  echo "$before" >"$STATIC_PODS/$pod.before"
  poll 360 "$pod of $node to be as its manifest has it" static_pods_has_settled "$pod" "$address" "$before"
  # Where it is not, the turn ends with what puts it back.
  static_pods_is_healthy "$pod" "$address" "$before" >/dev/null
  [ "$pod" != etcd ] || etcd_release
}

# static_pods_spare_etcd NODE: when it is its turn, and the other members are a quorum. They hold the lock meanwhile.
static_pods_spare_etcd() {
  local id own=$ETCD_URLS
  poll 60 "the member list of etcd" etcd_members
  id=$(etcd_member "$1" "" | cut -d'|' -f1)
  etcd_use_members "$id" <<<"$(etcd_members)"
  etcd_hold 900
  poll 120 "an etcd that can spare $1 for a moment" etcd_quorum_during_restart "$id"
  etcd_yield_leadership "$id"
  etcd_use "$own"
}

static_pods_log() {
  local pod
  pod=$(static_pods_name)
  static_pods_last_lines "$pod" "$(cat "$STATIC_PODS/$pod.before" 2>/dev/null)"
}

# A pod that runs as it was before is not waited for.
static_pods_undo() {
  local pod
  local -A logs=()
  for pod in "${KUBE_PODS[@]}"; do
    backup_has "$MANIFESTS/$pod.yaml" || continue
    cmp -s "$BACKUP$MANIFESTS/$pod.yaml" "$MANIFESTS/$pod.yaml" || logs[$pod]=$(static_pods_logs "$pod")
    backup_restore "$MANIFESTS/$pod.yaml"
  done
  for pod in "${!logs[@]}"; do
    poll 300 "$pod of $1 to be back as it was" static_pods_is_healthy "$pod" "$2" "${logs[$pod]}"
  done
}

# static_pods_logs POD: the directory of its logs; a pod of another manifest has another one.
static_pods_logs() {
  # shellcheck disable=SC2012  # the kubelet makes these names
  ls -td /var/log/pods/kube-system_"$1"-*/"$1" 2>/dev/null | head -n 1
}

# static_pods_is_healthy POD ADDRESS LOGS: succeeds when it was started since it had these logs, and answers.
static_pods_is_healthy() {
  local logs
  logs=$(static_pods_logs "$1")
  if [ -z "$logs" ] || [ "$logs" = "$3" ]; then
    echo "the kubelet has not started it"
    return 1
  fi
  case $1 in
    kube-apiserver) kube_ready_at "$2" || { echo "/readyz is not ok" && return 1; } ;;
    kube-controller-manager) curl -fsSk -o /dev/null --max-time 5 https://127.0.0.1:10257/healthz ;;
    kube-scheduler) curl -fsSk -o /dev/null --max-time 5 https://127.0.0.1:10259/healthz ;;
    etcd) etcd_at "$(etcd_own_url)" endpoint health 2>&1 ;;
  esac
}

# static_pods_has_settled POD ADDRESS LOGS: ends when it is healthy, or was started three times.
static_pods_has_settled() {
  local logs last
  static_pods_is_healthy "$@" && return
  logs=$(static_pods_logs "$1")
  [ -n "$logs" ] && [ "$logs" != "$3" ] || return 1
  # The kubelet counts the starts of a container in the names of its logs, from 0.
  last=$(cd "$logs" && printf '%s\n' *.log | sort -n | tail -n 1)
  [ "${last%.log}" -ge 2 ] 2>/dev/null
}

# static_pods_shown POD NODE: succeeds when the API has the pod that runs. The kubelet makes a new record of a pod with
# another manifest when it next looks, up to a minute later; both go by the same hash, which is in the name of the logs,
# too.
static_pods_shown() {
  local logs hash told
  logs=$(static_pods_logs "$1")
  hash=${logs%/*} hash=${hash##*_}
  told=$(kube -n kube-system get pod "$1-$2" -o 'jsonpath={.metadata.annotations.kubernetes\.io/config\.hash}') ||
    return 1
  [ "$told" = "$hash" ] || { echo "the API has ${told:-nothing}, the machine has $hash" && return 1; }
}

# static_pods_last_lines POD LOGS
static_pods_last_lines() {
  local logs
  logs=$(static_pods_logs "$1")
  if [ -z "$logs" ] || [ "$logs" = "$2" ]; then
    echo "none: the kubelet has not started it"
  else
    cat "$logs"/*.log | tail -n 4 | sed -E 's/^[^ ]+ std(out|err) [FP] //' | cut -c1-400
  fi
}
