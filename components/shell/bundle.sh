#!/usr/bin/env bash
# Software from a bundle: a directory on the machine or an http(s) address, every file of it checked.
# Sourced, never run.
# Input: software/bundle.env (SOURCE and SHA256, that of the bundle's SHA256SUMS), software/containerd-3.toml and
# software/units/.
load containerd

# All that a node needs.
BUNDLE_PROGRAMS=(kubeadm kubelet kubectl containerd containerd-shim-runc-v2 ctr runc etcdctl)

# bundle_use: reads where the bundle is, and its list of checksums.
bundle_use() {
  local found
  # shellcheck source=/dev/null
  . "$INPUT/software/bundle.env"
  BUNDLE=$SOURCE BUNDLE_FILES=$WORK/bundle
  mkdir -p "$BUNDLE_FILES"
  case $BUNDLE in
    http://* | https://*) ;;
    *)
      [ -f "$BUNDLE/SHA256SUMS" ] ||
        fail "no bundle at $BUNDLE on $(hostname)" "a directory with SHA256SUMS, bin, cni and images"
      ;;
  esac
  bundle_fetch SHA256SUMS
  found=$(bundle_sha256 "$BUNDLE_FILES/SHA256SUMS")
  [ "$found" = "$SHA256" ] ||
    fail "the bundle at $BUNDLE is another one: its SHA256SUMS has SHA-256 $found" "$SHA256"
}

# bundle_sha256 FILE: by openssl where there is one, which has the CPU's own instructions for it; coreutils, mostly
# built without, takes six times as long for half a gigabyte of programs and images.
bundle_sha256() {
  if command -v openssl >/dev/null; then openssl dgst -sha256 -r "$1"; else sha256sum "$1"; fi | cut -d' ' -f1
}

# bundle_sum_of FILE: the SHA-256 that the bundle says it has.
bundle_sum_of() {
  awk -v f="$1" '$2 == f { print $1 }' "$BUNDLE_FILES/SHA256SUMS"
}

# bundle_fetch FILE: brings one file of the bundle to the work directory and checks it.
bundle_fetch() {
  local file=$BUNDLE_FILES/$1
  mkdir -p "${file%/*}"
  case $BUNDLE in
    http://* | https://*)
      proxied curl -fsSL --retry 3 --max-time 600 -o "$file" "$BUNDLE/$1" ||
        fail "could not fetch $BUNDLE/$1" "" "see that $(hostname) reaches it; install.proxy names a proxy"
      ;;
    *) ln -sfn "$BUNDLE/$1" "$file" ;;
  esac
  [ "$1" = SHA256SUMS ] || [ "$(bundle_sha256 "$file")" = "$(bundle_sum_of "$1")" ] ||
    fail "$1 of the bundle does not match its checksum" "what $BUNDLE/SHA256SUMS says" "make the bundle again"
}

# bundle_install FILE TARGET: from the bundle, unless TARGET is this very file already.
bundle_install() {
  local sum
  sum=$(bundle_sum_of "$1")
  [ -n "$sum" ] || fail "the bundle at $BUNDLE has no $1"
  if [ -f "$2" ] && [ "$(bundle_sha256 "$2")" = "$sum" ]; then
    return
  fi
  bundle_fetch "$1"
  software_put "$BUNDLE_FILES/$1" "$2" 0755
}

# bundle_install_node: all programs of a node, CNI plugins, units and containerd's configuration.
bundle_install_node() {
  local program file units=$INPUT/software/units unit=/etc/systemd/system
  bundle_use
  for program in "${BUNDLE_PROGRAMS[@]}"; do
    bundle_install "bin/$program" "/usr/local/bin/$program"
  done
  while read -r file; do
    bundle_install "$file" "/opt/cni/bin/${file#cni/}"
  done < <(awk '$2 ~ /^cni\// { print $2 }' "$BUNDLE_FILES/SHA256SUMS")
  software_put "$units/containerd.service" $unit/containerd.service 0644
  # The CIS benchmark asks for the mode; systemd notes that it hides nothing.
  software_put "$units/kubelet.service" $unit/kubelet.service 0600
  software_put "$units/10-kubeadm.conf" $unit/kubelet.service.d/10-kubeadm.conf 0600
  containerd_place "$INPUT/software/containerd-3.toml"
}

# What the services run with.
bundle_runtime() {
  grep -E ' bin/(containerd|kubelet)' "$BUNDLE_FILES/SHA256SUMS"
  cat "$INPUT/software/containerd-3.toml" "$INPUT"/software/units/*
  [ ! -f "$INPUT/software/proxy.conf" ] || cat "$INPUT/software/proxy.conf"
}

# A file for each image of a bundle that was imported. They live and die with the images themselves.
BUNDLE_IMPORTED=$CONTAINERD_DATA/kubeadm-ha

# bundle_import: the bundle's images, each once.
bundle_import() {
  local file sum marker
  while read -r sum file; do
    marker=$BUNDLE_IMPORTED/$sum
    [ ! -f "$marker" ] || continue
    begin "importing ${file#images/}"
    bundle_fetch "$file"
    # Unpacked by ctr itself (--local): half the time of the transfer service that it asks otherwise.
    logged prepare ctr -n k8s.io images import --local --all-platforms "$BUNDLE_FILES/$file" ||
      fail "containerd could not import $file of the bundle"
    mkdir -p "${marker%/*}"
    touch "$marker"
  done < <(awk '$2 ~ /^images\// { print $1, $2 }' "$BUNDLE_FILES/SHA256SUMS")
}
