#!/usr/bin/env bash
# The images of a control plane, pulled ahead of kubeadm, and etcdctl, which no package brings. Sourced, never run.
# Input: software/images.env (IMAGE_REPOSITORY, or empty); without it nothing is pulled.

# images_pull VERSION: unless all are there; then no registry is asked.
images_pull() {
  local list image have missing=0 repository=()
  # shellcheck source=/dev/null
  . "$INPUT/software/images.env"
  [ -z "$IMAGE_REPOSITORY" ] || repository=(--image-repository "$IMAGE_REPOSITORY")
  (umask 077 && mkdir -p "$LOGS")
  list=$(kubeadm config images list --kubernetes-version "v$1" "${repository[@]}" 2>>"$LOGS/prepare.log")
  have=$(ctr -n k8s.io images list -q)
  for image in $list; do
    grep -qxF "$image" <<<"$have" || missing=$((missing + 1))
  done
  if [ "$missing" != 0 ]; then
    begin "pulling $missing images"
    logged prepare kubeadm config images pull --kubernetes-version "v$1" \
      --cri-socket unix:///run/containerd/containerd.sock "${repository[@]}" ||
      fail "the images of Kubernetes $1 could not be pulled on $(hostname)" "" \
        "see that it reaches the registry; install.proxy, install.registryMirrors and imageRepository name other ways, \
install.registries a CA and a password"
  fi
  images_take_etcdctl "$(grep '/etcd:' <<<"$list")"
}

# images_take_etcdctl IMAGE: by its own etcdctl an etcd is asked best.
images_take_etcdctl() {
  local target=/usr/local/bin/etcdctl root=$WORK/etcd
  [ ! -x "$target" ] || [ "$(cat "$STATE/etcdctl" 2>/dev/null)" != "$1" ] || return 0
  begin "taking etcdctl out of ${1##*/}"
  mkdir "$root"
  logged prepare ctr -n k8s.io images mount "$1" "$root" || fail "containerd could not mount $1 on $(hostname)"
  note_before "$target"
  cp "$root/usr/local/bin/etcdctl" "$target.new" || true
  logged prepare ctr -n k8s.io images unmount --rm "$root" || fail "containerd could not unmount $1 on $(hostname)"
  [ -s "$target.new" ] || fail "there is no etcdctl in $1"
  chmod 0755 "$target.new"
  mv -f "$target.new" "$target"
  echo "$1" >"$STATE/etcdctl"
}
