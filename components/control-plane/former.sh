#!/usr/bin/env bash
# What a roll-out of settings replaces on a machine, and how it is put back. Sourced, never run. Needs lib.sh.

MANIFESTS=/etc/kubernetes/manifests
# Files that were replaced, until what replaced them has proved good: on disk, for a machine may crash in between.
FORMER=/var/lib/kubeadm-ha/former

# home_of NAME: the directory that a file belongs in, which kubeadm writes.
home_of() {
  case $1 in
    config.yaml | kubeadm-flags.env) echo /var/lib/kubelet ;;
    *) echo "$MANIFESTS" ;;
  esac
}

# put FILE: under its name, atomically. The kubelet reads whatever is among the manifests, but for hidden files.
put() {
  local name=${1##*/} directory
  directory=$(home_of "$name")
  install -m 0600 "$1" "$directory/.$name.new"
  mv -f "$directory/.$name.new" "$directory/$name"
}

# replace FILE: puts it, and keeps the one that was there.
replace() {
  local name=${1##*/}
  [ -f "$FORMER/$name" ] || place "$(home_of "$name")/$name" "$FORMER/$name" 0600 || true
  put "$1"
}

# Succeeds when a roll-out was not ended.
is_unproved() {
  compgen -G "$FORMER/*" >/dev/null
}

# Everything as it was before. What was replaced stays known until it has proved good again.
put_back() {
  local file
  for file in "$FORMER"/*; do
    put "$file"
  done
  if [ -f "$FORMER/config.yaml" ] || [ -f "$FORMER/kubeadm-flags.env" ]; then systemctl restart kubelet; fi
}

proved() {
  rm -rf "$FORMER"
}
