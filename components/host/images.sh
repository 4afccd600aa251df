#!/usr/bin/env bash
# The images of a control plane, pulled ahead of kubeadm, and etcdctl, which no package brings. Sourced, never run.
# Needs lib.sh and machine.sh, version, and work (a directory).
# shellcheck disable=SC2154  # set by whoever sources this

SOCKET=unix:///run/containerd/containerd.sock

# pull_images: unless all are there; then no registry is asked.
pull_images() {
  local list image have missing=0
  # shellcheck source=/dev/null
  . "$INPUT/images.env"
  list=$(kubeadm config images list --kubernetes-version "v$version" ${IMAGE_REPOSITORY:+--image-repository "$IMAGE_REPOSITORY"} 2>>"$LOGS/prepare.log")
  have=$(ctr -n k8s.io images list -q)
  for image in $list; do
    grep -qxF "$image" <<<"$have" || missing=$((missing + 1))
  done
  if [ "$missing" != 0 ]; then
    begin "pulling $missing images"
    logged prepare kubeadm config images pull --kubernetes-version "v$version" --cri-socket "$SOCKET" \
      ${IMAGE_REPOSITORY:+--image-repository "$IMAGE_REPOSITORY"} ||
      fail "the images of Kubernetes $version could not be pulled on $(hostname)" "" \
        "see that it reaches the registry; install.proxy, install.registryMirrors and imageRepository name other ways"
  fi
  take_etcdctl "$(grep '/etcd:' <<<"$list")"
}

# take_etcdctl IMAGE: by its own etcdctl an etcd is asked best.
take_etcdctl() {
  local target=/usr/local/bin/etcdctl
  [ ! -x "$target" ] || [ "$(cat "$STATE/etcdctl" 2>/dev/null)" != "$1" ] || return 0
  begin "taking etcdctl out of ${1##*/}"
  mkdir "$work/etcd"
  logged prepare ctr -n k8s.io images mount "$1" "$work/etcd" || fail "containerd could not mount $1 on $(hostname)"
  cp "$work/etcd/usr/local/bin/etcdctl" "$target.new" || true
  logged prepare ctr -n k8s.io images unmount --rm "$work/etcd" || fail "containerd could not unmount $1 on $(hostname)"
  [ -s "$target.new" ] || fail "there is no etcdctl in $1"
  chmod 0755 "$target.new"
  mv -f "$target.new" "$target"
  echo "$1" >"$STATE/etcdctl"
}
