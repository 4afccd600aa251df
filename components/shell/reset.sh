#!/usr/bin/env bash
# What becomes of a machine that has left: it is as it was before it came, so that whoever wants it next can have it at
# once. Sourced, never run. Its etcd member and its Node are gone already, or the whole cluster goes.
# Input: pki/ca.crt, the CA of the cluster that it has left; etcd-data-dir, where a control plane had etcd's data (asked
# only where no manifest tells any more).
# Guarantees: only what came from here or from Kubernetes goes, and what it took the place of comes back (before.sh).
# Either function can be interrupted anywhere and run again, needs neither kubeadm nor a containerd that answers, and
# waits for nothing without a limit. A machine of another cluster is refused unchanged.
load before node member approver reset-pods reset-network reset-software

# What Kubernetes and we have in /etc/kubernetes, and that by which a machine is known to be a node, and whose.
RESET_CONFIGURATION=(patches tmp admin.conf super-admin.conf controller-manager.conf scheduler.conf)
RESET_SIGNS=(discovery.conf security manifests bootstrap-kubelet.conf kubelet.conf pki)
RESET_HOME=${PKI%/*}
RESET_KUBELET=/var/lib/kubelet
RESET_SELINUX=/etc/selinux/config

# A control plane or a worker, however far it came.
reset_node() {
  [ ! -f "$MEMBER_OWNER" ] || fail "$(hostname) has a member of an external etcd" "a node of the cluster"
  reset_refuse_foreign "$(cat "$NODE_MARKER" 2>/dev/null || true)" "$PKI/ca.crt"
  if reset_is_node; then
    begin "resetting $(hostname)"
    reset_software_stop kubelet
    [ ! -f "$APPROVER_UNIT" ] || reset_software_stop "$APPROVER"
    reset_pods
    reset_network
    reset_etcd_data
    reset_logs
    reset_kubelet
    reset_configuration
  fi
  reset_host
  reset_software
  reset_state
  say "$(hostname) is reset after $SECONDS s"
}

# A machine of an external etcd.
reset_etcd() {
  local data
  [ ! -f "$NODE_MARKER" ] || fail "$(hostname) is a node of a cluster" "a machine of an external etcd alone"
  reset_refuse_foreign "$(head -n 1 "$MEMBER_OWNER" 2>/dev/null | cut -d' ' -f1)" "$ETCD_PKI/ca.crt"
  if [ -f "$MEMBER_OWNER" ]; then
    begin "resetting $(hostname)"
    reset_software_stop etcd
    data=$(tail -n 1 "$MEMBER_OWNER")
    reset_data "$data"
    rm -rf "$ETCD_PKI"
    reset_remove_empty "$PKI" "$RESET_HOME"
  fi
  reset_software
  reset_state
  say "$(hostname) is reset after $SECONDS s"
}

# Whether Kubernetes has begun anything here.
reset_is_node() {
  local name
  [ ! -f "$NODE_MARKER" ] || return 0
  for name in "${RESET_SIGNS[@]}"; do
    # Packages come with empty directories.
    [ -z "$(find "$RESET_HOME/$name" ! -type d -print -quit 2>/dev/null)" ] || return 0
  done
  return 1
}

# reset_refuse_foreign FINGERPRINT FILE: fails where one of them, if it is there, is not the given CA's. Without a CA
# nobody says whose machine this may be, and what a cluster has here stays.
reset_refuse_foreign() {
  local found wanted=none
  [ ! -f "$INPUT/pki/ca.crt" ] || wanted=$(node_fingerprint "$INPUT/pki/ca.crt")
  for found in "$1" "$([ ! -f "$2" ] || node_fingerprint "$2")"; do
    if [ -z "$found" ] || [ "$found" = "$wanted" ]; then continue; fi
    [ "$wanted" != none ] ||
      fail "$(hostname) belongs to a cluster (its CA has SHA-256 ${found:0:16}…), and no CA says that it is to leave" \
        "pki/ca.crt of that cluster in the input" "run this with it; nothing was touched"
    fail "$(hostname) belongs to another cluster: its CA has SHA-256 ${found:0:16}…" \
      "the CA with SHA-256 ${wanted:0:16}…, of the cluster that it is to leave" \
      "if it has moved, there is nothing to do here; nothing was touched"
  done
}

# The data of a stacked member, where its manifest says.
reset_etcd_data() {
  local data
  data=$(sed -n 's/^ *- --data-dir=//p' "$MANIFESTS/etcd.yaml" 2>/dev/null || true)
  reset_data "${data:-$NODE_ETCD_DATA}"
}

# reset_data DIRECTORY: what etcd has in it. The directory may be a volume of its own, and what else is there is none of
# etcd's.
reset_data() {
  [ -n "$1" ] || return 0
  rm -rf "${1:?}/member"
  reset_remove_empty "$1"
}

# Users' data, the audit log above all: whoever keeps it has it sent elsewhere.
reset_logs() {
  rm -rf /var/log/pods /var/log/containers /var/log/kubernetes/audit
  reset_remove_empty /var/log/kubernetes
}

reset_kubelet() {
  reset_pods_unmount "$RESET_KUBELET"
  [ ! -d "$RESET_KUBELET" ] || find "$RESET_KUBELET/" -xdev -mindepth 1 -delete
  reset_remove_empty "$RESET_KUBELET"
}

reset_configuration() {
  local name
  for name in "${RESET_CONFIGURATION[@]}" "${RESET_SIGNS[@]}"; do
    rm -rf "${RESET_HOME:?}/$name"
  done
  reset_remove_empty "$RESET_HOME"
}

# reset_remove_empty DIRECTORY…: a volume and what others have files in stay.
reset_remove_empty() {
  rmdir "$@" 2>/dev/null || true
}

# Only what we wrote into files of the machine's own, for they may have changed since. It counts from the next boot on:
# what runs now may rely on what the kernel is set to.
reset_host() {
  reset_edit /etc/fstab 's/^# kubeadm-ha: //'
  if grep -qs '^SELINUX=enforcing' "$STATE/before$RESET_SELINUX"; then
    reset_edit "$RESET_SELINUX" 's/^SELINUX=permissive/SELINUX=enforcing/'
  fi
}

# reset_edit FILE EXPRESSION: by sed, and the note of what the whole file was goes.
reset_edit() {
  if [ -f "$1" ]; then
    sed "$2" "$1" >"$INPUT/edited"
    place "$INPUT/edited" "$1" "$(stat -c %a "$1")" || true
  fi
  rm -f "$STATE/before$1" "$STATE/before$1.absent"
}

# What is known of the machine, last of all whose it was, and what failed steps have left, keys among it.
reset_state() {
  local entry
  for entry in /run/kubeadm-ha/*; do
    [[ $ROOMS == "$entry"* || $entry == *.lock ]] || rm -rf "$entry"
  done
  while IFS= read -r entry; do
    reset_is_volume "$entry" || rm -rf "$entry"
  done < <(find "$STATE" -mindepth 1 -maxdepth 1 ! -path "$NODE_MARKER" ! -path "$MEMBER_OWNER" 2>/dev/null)
  rm -f "$NODE_MARKER" "$MEMBER_OWNER"
  reset_remove_empty "$STATE"
}

# reset_is_volume PATH: whether something is mounted there, now or at the next boot.
reset_is_volume() {
  [ -d "$1" ] && { mountpoint -q "$1" || grep -qsF " $1 " /etc/fstab; }
}
