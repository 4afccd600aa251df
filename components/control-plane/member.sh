#!/usr/bin/env bash
# What bootstrap.sh and join.sh share: whose machine this is, and the files both place.
# Sourced, never run. Sources nothing itself; lib.sh comes first.

PKI=/etc/kubernetes/pki
SECURITY=/etc/kubernetes/security
APPROVER=kubeadm-ha-approve.service
# Where the stacked etcd member has its data. No such input: etcd has machines of its own, and its members are none of ours.
ETCD_DATA=$(cat "$INPUT/etcd-data-dir" 2>/dev/null || true)
# Written when bootstrap or join is through: the fingerprint of the cluster's CA.
MARKER=/var/lib/kubeadm-ha/member
# The fingerprint of the settings that the machine works with.
SETTINGS=/var/lib/kubeadm-ha/settings
# What control planes share, below PKI, and where it is kept while kubeadm clears that.
SHARED=(ca.crt ca.key front-proxy-ca.crt front-proxy-ca.key etcd/ca.crt etcd/ca.key sa.key sa.pub)
KEPT=/var/lib/kubeadm-ha/shared

fingerprint() {
  sha256sum "$1" | cut -d' ' -f1
}

# Succeeds when an earlier bootstrap or join of this very cluster was finished on this machine.
is_member() {
  [ -f "$MARKER" ] && [ "$(cat "$MARKER")" = "$(fingerprint "$INPUT/pki/ca.crt")" ] &&
    [ -f /etc/kubernetes/kubelet.conf ] && [ -f /etc/kubernetes/manifests/kube-apiserver.yaml ]
}

# Succeeds when kubeadm has begun something here, finished or not.
has_traces() {
  [ -e /etc/kubernetes/kubelet.conf ] || [ -e /etc/kubernetes/bootstrap-kubelet.conf ] ||
    { [ -n "$ETCD_DATA" ] && [ -e "$ETCD_DATA/member" ]; } || compgen -G '/etc/kubernetes/manifests/*.yaml' >/dev/null
}

# Fails when the machine belongs to a cluster with another CA, be it for one of its purposes only.
refuse_foreign() {
  local file found expected
  for file in ca.crt front-proxy-ca.crt etcd/ca.crt; do
    if [ ! -f "$PKI/$file" ] || [ ! -f "$INPUT/pki/$file" ]; then continue; fi
    found=$(fingerprint "$PKI/$file")
    expected=$(fingerprint "$INPUT/pki/$file")
    [ "$found" = "$expected" ] || fail \
      "$(hostname) belongs to another cluster: its CA ($PKI/$file) has SHA-256 ${found:0:16}…" \
      "no cluster, or the one whose CA has SHA-256 ${expected:0:16}…" \
      "a cluster's authorities never change in its life: set back what was changed about them; if that cluster is to be given up, run 'kubeadm reset --force && rm -rf /etc/kubernetes /var/lib/kubeadm-ha' on $(hostname), then 'pulumi up' again"
  done
}

# What API servers read beside certificates. Names carry the content's fingerprint: none of them ever changes, and another
# one is not read before a manifest names it. encryption.yaml alone has a fixed name; what becomes of it is decided elsewhere.
place_security_files() {
  local file
  (umask 077 && mkdir -p "$SECURITY" /var/log/kubernetes/audit)
  for file in "$INPUT"/security/*; do
    [[ $file == */encryption* ]] || place "$file" "$SECURITY/${file##*/}" 0600 || true
  done
}

# Those that no manifest names any more.
tidy_security_files() {
  local file
  for file in "$SECURITY"/*; do
    [ -e "$INPUT/security/${file##*/}" ] || rm -f "$file"
  done
}

# place_pki FILE: below PKI; a key is for root alone.
place_pki() {
  local mode=0644
  [[ $1 != *.key ]] || mode=0600
  place "$INPUT/pki/$1" "$PKI/$1" "$mode" || true
}

# The files that kubeadm takes as they are instead of making its own: those of the input, which may be none but the CA's
# certificate, where the machines alone have the keys.
place_shared_files() {
  local file
  restore_shared
  while read -r file; do
    place_pki "$file"
  done < <(cd "$INPUT/pki" && find . -type f -printf '%P\n')
  [ -f "$PKI/ca.key" ] || fail "the key of the cluster's CA is not on $(hostname)" "what was made or downloaded there before" \
    "where no cluster was made yet and its first machine was replaced: set 'generation' to another value"
  place_security_files
  place_patches
}

# kubeadm applies whatever is in its directory.
place_patches() {
  local file
  rm -rf /etc/kubernetes/patches
  [ -d "$INPUT/patches" ] || return 0
  for file in "$INPUT"/patches/*; do
    place "$file" "/etc/kubernetes/patches/${file##*/}" 0600 || true
  done
}

# Gives up what a half-done init or join left, on this machine only. etcd's member list is the caller's business.
clear_traces() {
  keep_shared
  logged reset kubeadm reset --force --skip-phases=remove-etcd-member --cri-socket=unix:///run/containerd/containerd.sock ||
    fail "the half-done installation on $(hostname) could not be cleared" "" "see $LOGS/reset.log on $(hostname)"
  [ -z "$ETCD_DATA" ] || rm -rf "$ETCD_DATA/member"
  rm -rf "$MARKER" "$SETTINGS"
  restore_shared
}

# `kubeadm reset` empties the directory. Where kubeadm shares the certificates nobody brings them again, and the first machine's
# are the only ones: they are kept beside meanwhile, on disk, for a machine may crash in between.
keep_shared() {
  local file
  [ -f "$PKI/ca.key" ] && [ ! -d "$KEPT" ] || return 0
  rm -rf "$KEPT.new"
  (umask 077 && mkdir -p "$KEPT.new/etcd")
  for file in "${SHARED[@]}"; do
    [ ! -f "$PKI/$file" ] || cp -p "$PKI/$file" "$KEPT.new/$file"
  done
  sync "$KEPT.new" && mv "$KEPT.new" "$KEPT"
}

restore_shared() {
  [ -d "$KEPT" ] || return 0
  mkdir -p "$PKI/etcd"
  cp -pr "$KEPT/." "$PKI/"
  chmod 755 "$PKI" "$PKI/etcd"
  rm -rf "$KEPT"
}

# What a former cluster left in the kernel, which `kubeadm reset` does not touch. kube-proxy takes the tables of another
# for its own and then never fills its service map: no Service would work on this node.
clear_network() {
  local family link
  for family in ip ip6; do
    nft delete table "$family" kube-proxy 2>/dev/null || true
  done
  for link in cni0 flannel.1; do
    ip link delete "$link" 2>/dev/null || true
  done
  rm -rf /run/flannel /var/lib/cni /etc/cni/net.d/10-flannel.conflist
}

mark_member() {
  mkdir -p "${MARKER%/*}"
  fingerprint "$PKI/ca.crt" >"$MARKER"
}

# Runs the service that approves serving certificates of kubelets, where the cluster signs them.
run_approver() {
  local changed=0
  [ -d "$INPUT/approver" ] || return 0
  command -v openssl >/dev/null || fail "no openssl on $(hostname), which reads certificate requests of kubelets" "" \
    "install it, or set security.kubeletServingCertificates to false"
  ! place "$INPUT/approver/nodes" /etc/kubernetes/nodes || changed=1
  ! place "$INPUT/approver/approve.sh" /usr/local/lib/kubeadm-ha/approve.sh 0755 || changed=1
  if place "$INPUT/approver/$APPROVER" "/etc/systemd/system/$APPROVER"; then
    changed=1
    systemctl daemon-reload
  fi
  systemctl enable --quiet "$APPROVER"
  if [ "$changed" = 1 ]; then systemctl restart "$APPROVER"; else systemctl start "$APPROVER"; fi
}

stop_approver() {
  systemctl disable --quiet --now "$APPROVER" 2>/dev/null || true
}

# The API server's certificate for an external etcd: renewed long before it expires, and read at each handshake.
place_etcd_client() {
  local file
  for file in apiserver-etcd-client.{crt,key}; do
    [ ! -f "$INPUT/pki/$file" ] || place_pki "$file"
  done
}
