# shellcheck shell=bash
# The container images of a control plane and of flannel, as archives for `ctr images import`. Sourced.
# Pulled where the registries answer. Elsewhere each is made here, without an engine: a static binary on nothing, and
# for the two that program the packet filter a layer of just those tools, since a machine spends more of its start on
# importing images than on anything else.

REGISTRY=registry.k8s.io
FLANNEL_IMAGE=ghcr.io/flannel-io/flannel:v$FLANNEL

# images_make DIR: kubernetes.tar and flannel.tar.
images_make() {
  local dir=$1 name
  if registry $REGISTRY && registry ghcr.io && images_pull "$dir/flannel.tar" "$FLANNEL_IMAGE" &&
    images_pull "$dir/kubernetes.tar" \
      $REGISTRY/kube-{apiserver,controller-manager,scheduler,proxy}":v$KUBERNETES" \
      $REGISTRY/{"etcd:$ETCD_IMAGE","pause:$PAUSE","coredns/coredns:v$COREDNS"}; then
    return
  fi
  make_once "$CACHE/bin/kubernetes-images-$KUBERNETES" kubernetes_images_get
  make_once "$CACHE/bin/coredns-$COREDNS" coredns_get
  make_once "$CACHE/bin/flannel-$FLANNEL" flannel_get
  make_once "$CACHE/bin/pause-$(key "$LAB/pause")" pause_get
  say "assembling container images (20 s)"
  apt_install zstd
  local work bin=$CACHE/bin servers=$CACHE/bin/kubernetes-images-$KUBERNETES
  work=$(mktemp -d "$CACHE/tmp/XXXXXX")
  mkdir "$work"/{kubernetes,flannel}
  packet_filter_layer >"$work/packet-filter.tar"
  for name in kube-apiserver kube-controller-manager kube-scheduler; do
    image "$work/kubernetes" "$REGISTRY/$name:v$KUBERNETES" "/usr/local/bin/$name" "$servers/$name"
  done
  image "$work/kubernetes" "$REGISTRY/kube-proxy:v$KUBERNETES" /usr/local/bin/kube-proxy "$servers/kube-proxy" \
    "$work/packet-filter.tar"
  image "$work/kubernetes" "$REGISTRY/etcd:$ETCD_IMAGE" /usr/local/bin/etcd "$bin/etcd-$ETCD/etcd"
  image "$work/kubernetes" "$REGISTRY/coredns/coredns:v$COREDNS" /coredns "$bin/coredns-$COREDNS/coredns"
  image "$work/kubernetes" "$REGISTRY/pause:$PAUSE" /pause "$bin/pause-$(key "$LAB/pause")/pause"
  image "$work/flannel" "$FLANNEL_IMAGE" /opt/bin/flanneld "$bin/flannel-$FLANNEL/flanneld" "$work/packet-filter.tar"
  archive "$work/kubernetes" "$dir/kubernetes.tar"
  archive "$work/flannel" "$dir/flannel.tar"
}

# images_pull ARCHIVE IMAGE...: fails where one cannot be had.
images_pull() {
  local image options=()
  for image in "${@:2}"; do
    say "pulling $image"
    if ! "$ENGINE" pull -q "$image" >>"$LOG" 2>&1; then
      say "this could not be pulled (the end of $LOG says why)"
      return 1
    fi
  done
  if [[ $ENGINE == podman ]]; then
    options=(--multi-image-archive --format docker-archive)
  elif docker save --help | grep -q -- --platform; then
    # containerd's image store would put every platform into the index, and has the layers of this one only.
    options=(--platform "linux/$ARCH")
  fi
  logged "$ENGINE" save "${options[@]}" -o "$1" "${@:2}"
}

# image LAYOUT REFERENCE ENTRYPOINT BINARY [LAYER]: adds an image to an OCI image layout: BINARY at the path ENTRYPOINT,
# on LAYER or on nothing. Layers are compressed with zstd: importing costs a quarter less time than of plain ones, and a
# quarter of the bytes.
image() {
  local layout=$1 reference=$2 entrypoint=$3 work layer diff_ids=() layers=() config type=application/vnd.oci.image
  work=$(mktemp -d "$CACHE/tmp/XXXXXX")
  install -D -m 755 "$4" "$work/root$entrypoint"
  chmod -R u=rwX,go=rX "$work/root"
  deterministic_tar -C "$work/root" -cf "$work/layer.tar" .
  for layer in "${@:5}" "$work/layer.tar"; do
    diff_ids+=("\"sha256:$(sha256sum "$layer" | cut -d' ' -f1)\"")
    layers+=("$(zstd -q -c "$layer" | blob "$layout" $type.layer.v1.tar+zstd)")
  done
  config=$(printf '{"architecture":"%s","os":"linux","config":{"Env":["PATH=%s"],"Entrypoint":["%s"]},%s[%s]}}' \
    "$ARCH" /opt/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$entrypoint" \
    '"rootfs":{"type":"layers","diff_ids":' "$(joined "${diff_ids[@]}")" | blob "$layout" $type.config.v1+json)
  printf '{"schemaVersion":2,"mediaType":"%s.manifest.v1+json","config":%s,"layers":[%s]}' $type "$config" \
    "$(joined "${layers[@]}")" |
    blob "$layout" $type.manifest.v1+json "{\"io.containerd.image.name\":\"$reference\"}" >>"$layout/manifests"
}

# blob LAYOUT MEDIA-TYPE [ANNOTATIONS]: stores standard input under its digest; prints its descriptor.
blob() {
  local file digest
  mkdir -p "$1/blobs/sha256"
  file=$(mktemp "$1/blobs/XXXXXX")
  cat >"$file"
  chmod 644 "$file"
  digest=$(sha256sum "$file" | cut -d' ' -f1)
  mv "$file" "$1/blobs/sha256/$digest"
  printf '{"mediaType":"%s","digest":"sha256:%s","size":%s%s}\n' "$2" "$digest" \
    "$(stat -c %s "$1/blobs/sha256/$digest")" "${3:+,\"annotations\":$3}"
}

# archive LAYOUT FILE: completes the layout and packs it.
archive() {
  local manifests
  mapfile -t manifests <"$1/manifests"
  printf '{"schemaVersion":2,"manifests":[%s]}' "$(joined "${manifests[@]}")" >"$1/index.json"
  echo '{"imageLayoutVersion":"1.0.0"}' >"$1/oci-layout"
  deterministic_tar -C "$1" -cf "$2" oci-layout index.json blobs
}

joined() { local IFS=, && echo "$*"; }

deterministic_tar() { tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner "$@"; }

# packet_filter_layer: iptables (both kinds, nft by default), nft and conntrack of the machines' distribution with the
# libraries they load, and a shell, cp, sleep and timeout for hooks; a tar to standard output.
packet_filter_layer() { in_machine "$(<"$LAB/packet-filter.sh")"; }

kubernetes_images_get() {
  say "building the Kubernetes servers $KUBERNETES (4 to 5 min)"
  kubernetes_build "$1" kube-{apiserver,controller-manager,scheduler,proxy}
}

coredns_get() {
  say "building CoreDNS $COREDNS (90 s)"
  go_build "$1" github.com/coredns/coredns "v$COREDNS" coredns=github.com/coredns/coredns
}

flannel_get() {
  say "building flannel $FLANNEL (50 s)"
  # Its UDP backend is C on amd64.
  apt_install gcc libc6-dev
  GO_CGO=1 GO_LDFLAGS='-extldflags "-static"' go_build "$1" github.com/flannel-io/flannel "v$FLANNEL" \
    flanneld=github.com/flannel-io/flannel
}

pause_get() {
  say "building pause (1 s)"
  logged plain_go build -trimpath -ldflags '-s -w' -o "$1/pause" "$LAB/pause/pause.go"
}
