#!/usr/bin/env bash
# A node of the cluster: whose machine this is, and the files that kubeadm finds here. Sourced, never run.
# Input: pki/, and where there is one etcd-data-dir, patches/ and security/.

NODE_SECURITY=/etc/kubernetes/security
NODE_PATCHES=/etc/kubernetes/patches
# Where the stacked etcd member has its data. No such input: etcd has machines of its own, and its members are none of
# ours.
NODE_ETCD_DATA=$(cat "$INPUT/etcd-data-dir" 2>/dev/null || true)
# Written when init or join is through: the fingerprint of the cluster's CA.
NODE_MARKER=$STATE/member
# What control planes share, below PKI, and where it is kept while kubeadm clears that.
NODE_SHARED=(ca.crt ca.key front-proxy-ca.crt front-proxy-ca.key etcd/ca.crt etcd/ca.key sa.key sa.pub)
NODE_KEPT=$STATE/shared

# node_version: the version of Kubernetes that is configured.
node_version() {
  sed -n 's/^kubernetesVersion: v//p' "$INPUT/kubeadm.yaml"
}

node_fingerprint() {
  sha256sum "$1" | cut -d' ' -f1
}

# Succeeds when an earlier init or join of this very cluster was finished on this machine.
node_is_member() {
  [ -f "$NODE_MARKER" ] && [ "$(cat "$NODE_MARKER")" = "$(node_fingerprint "$INPUT/pki/ca.crt")" ] &&
    [ -f /etc/kubernetes/kubelet.conf ] && [ -f "$MANIFESTS/kube-apiserver.yaml" ]
}

# node_own_name: what the kubelet here is in its cluster; nothing where it is in none.
node_own_name() {
  openssl x509 -noout -subject -nameopt multiline -in /var/lib/kubelet/pki/kubelet-client-current.pem 2>/dev/null |
    sed -n 's/^ *commonName *= system:node://p' || true
}

# node_is_another NODE: whether this machine is in another cluster by now, or in this one under another name; says so.
node_is_another() {
  local name
  name=$(node_own_name)
  if [ -f "$PKI/ca.crt" ] && ! cmp -s "$INPUT/pki/ca.crt" "$PKI/ca.crt"; then
    say "$(hostname) belongs to another cluster now; it is left as it is"
  elif [ -n "$name" ] && [ "$name" != "$1" ]; then
    say "$(hostname) is $name of the cluster now; it is left as it is"
  else
    return 1
  fi
}

# Succeeds when kubeadm has begun something here, finished or not. Its first own file on a control plane is the API
# server's key, and one that a full disk cut short it would take for somebody's, and refuse for ever.
node_has_traces() {
  [ -e /etc/kubernetes/kubelet.conf ] || [ -e /etc/kubernetes/bootstrap-kubelet.conf ] ||
    compgen -G "$PKI/apiserver.*" >/dev/null ||
    { [ -n "$NODE_ETCD_DATA" ] && [ -e "$NODE_ETCD_DATA/member" ]; } || compgen -G "$MANIFESTS/*.yaml" >/dev/null
}

# Fails when the machine belongs to a cluster with another CA, be it for one of its purposes only. An empty file, which
# a full disk leaves of one, is nobody's.
node_refuse_foreign() {
  local file found expected
  for file in ca.crt front-proxy-ca.crt etcd/ca.crt; do
    if [ ! -s "$PKI/$file" ] || [ ! -f "$INPUT/pki/$file" ]; then continue; fi
    found=$(node_fingerprint "$PKI/$file")
    expected=$(node_fingerprint "$INPUT/pki/$file")
    [ "$found" = "$expected" ] || fail \
      "$(hostname) belongs to another cluster: its CA ($PKI/$file) has SHA-256 ${found:0:16}…" \
      "no cluster, or the one whose CA has SHA-256 ${expected:0:16}…" \
      "$(node_foreign_fix)"
  done
}

node_foreign_fix() {
  printf '%s' \
    "a cluster's authorities never change in its life: set back what was changed about them; or take the machine " \
    "off the list of that cluster, which resets it; if nobody has that any more, run " \
    "'kubeadm reset --force && rm -rf /etc/kubernetes /var/lib/kubeadm-ha' on $(hostname), then 'pulumi up' again"
}

# What API servers read apart from certificates. Names carry the content's fingerprint: none of them ever changes, and
# another one is not read before a manifest names it. encryption.yaml alone has a fixed name; what becomes of it is
# decided elsewhere.
node_place_security() {
  local file
  (umask 077 && mkdir -p "$NODE_SECURITY" /var/log/kubernetes/audit)
  for file in "$INPUT"/security/*; do
    [[ $file == */encryption* ]] || place "$file" "$NODE_SECURITY/${file##*/}" 0600 || true
  done
}

# Those that no manifest names any more.
node_tidy_security() {
  local file
  for file in "$NODE_SECURITY"/*; do
    [ -e "$INPUT/security/${file##*/}" ] || rm -f "$file"
  done
}

# node_place_pki FILE: below PKI; a key is for root alone.
node_place_pki() {
  local mode=0644
  [[ $1 != *.key ]] || mode=0600
  place "$INPUT/pki/$1" "$PKI/$1" "$mode" || true
}

# The files that kubeadm takes as they are instead of making its own: those of the input, which may be none but the CA's
# certificate, where the machines alone have the keys.
node_place_shared() {
  local file
  node_restore_shared
  while read -r file; do
    node_place_pki "$file"
  done < <(cd "$INPUT/pki" && find . -type f -printf '%P\n')
  [ -f "$PKI/ca.key" ] ||
    fail "the key of the cluster's CA is not on $(hostname)" "what was made or downloaded there before" \
      "where no cluster was made yet and its first machine was replaced: set 'generation' to another value"
  node_place_security
  node_place_patches
  # A file system of its own has one, and kubeadm takes the directory for used. fsck makes it again when it needs it;
  # one with something in it stays, and kubeadm says so.
  [ -z "$NODE_ETCD_DATA" ] || rmdir "$NODE_ETCD_DATA/lost+found" 2>/dev/null || true
}

# kubeadm applies whatever is in its directory.
node_place_patches() {
  local file
  rm -rf "$NODE_PATCHES"
  [ -d "$INPUT/patches" ] || return 0
  for file in "$INPUT"/patches/*; do
    place "$file" "$NODE_PATCHES/${file##*/}" 0600 || true
  done
}

# Clears what a half-done init or join left, on this machine only. etcd's member list is the caller's business.
node_clear() {
  node_keep_shared
  logged reset kubeadm reset --force --skip-phases=remove-etcd-member \
    --cri-socket=unix:///run/containerd/containerd.sock ||
    fail "the half-done installation on $(hostname) could not be cleared" "" "see $LOGS/reset.log on $(hostname)"
  [ -z "$NODE_ETCD_DATA" ] || rm -rf "$NODE_ETCD_DATA/member"
  rm -rf "$NODE_MARKER" "$STATE/applied" "$STATE/backup"
  node_restore_shared
}

# `kubeadm reset` empties the directory. Where kubeadm shares the certificates nobody brings them again, and the first
# machine's are the only ones: they are kept beside meanwhile, on disk, for a machine may crash in between.
node_keep_shared() {
  local file
  [ -f "$PKI/ca.key" ] && [ ! -d "$NODE_KEPT" ] || return 0
  rm -rf "$NODE_KEPT.new"
  (umask 077 && mkdir -p "$NODE_KEPT.new/etcd")
  for file in "${NODE_SHARED[@]}"; do
    [ ! -f "$PKI/$file" ] || cp -p "$PKI/$file" "$NODE_KEPT.new/$file"
  done
  # The files, not just the directory: in mode kubeadm there is no other copy.
  sync -f "$NODE_KEPT.new" && mv "$NODE_KEPT.new" "$NODE_KEPT" && sync -f "$STATE"
}

node_restore_shared() {
  [ -d "$NODE_KEPT" ] || return 0
  mkdir -p "$PKI/etcd"
  cp -pr "$NODE_KEPT/." "$PKI/" && sync -f "$PKI"
  chmod 755 "$PKI" "$PKI/etcd"
  rm -rf "$NODE_KEPT"
}

# What a former cluster left in the kernel, which `kubeadm reset` does not touch. kube-proxy takes the tables of another
# for its own and then never fills its service map: no Service would work on this node.
node_clear_network() {
  local family link
  for family in ip ip6; do
    nft delete table "$family" kube-proxy 2>/dev/null || true
  done
  for link in cni0 flannel.1 flannel-v6.1; do
    ip link delete "$link" 2>/dev/null || true
  done
  rm -rf /run/flannel /var/lib/cni /etc/cni/net.d/10-flannel.conflist
}

node_mark_member() {
  mkdir -p "${NODE_MARKER%/*}"
  node_fingerprint "$PKI/ca.crt" >"$NODE_MARKER"
}
