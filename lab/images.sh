# shellcheck shell=bash
# The container images of a control plane and of flannel, as archives for `ctr images import`. Sourced.
# Pulled where the registries answer. Elsewhere each is made here, without an engine: a static binary on nothing, and for the two that program
# the packet filter a layer of just those tools, since a machine spends more of its start on importing images than on anything else.

REGISTRY=registry.k8s.io
FLANNEL_IMAGE=ghcr.io/flannel-io/flannel:v$FLANNEL

# images_make DIR: kubernetes.tar and flannel.tar, as `docker save` writes them.
images_make() {
  local dir=$1 name static=(kube-apiserver kube-controller-manager kube-scheduler)
  if reachable https://$REGISTRY && reachable https://ghcr.io; then
    images_pull "$dir/flannel.tar" "$FLANNEL_IMAGE"
    images_pull "$dir/kubernetes.tar" $REGISTRY/{"kube-"{apiserver,controller-manager,scheduler,proxy}":v$KUBERNETES","etcd:$ETCD_IMAGE","pause:$PAUSE","coredns/coredns:v$COREDNS"}
    return
  fi
  make_once "$CACHE/bin/kubernetes-images-$KUBERNETES" kubernetes_images_get
  make_once "$CACHE/bin/coredns-$COREDNS" coredns_get
  make_once "$CACHE/bin/flannel-$FLANNEL" flannel_get
  make_once "$CACHE/bin/pause-$(key "$LAB/pause")" pause_get
  say "assembling container images (20 s)"
  local work bin=$CACHE/bin
  work=$(mktemp -d "$CACHE/tmp/XXXXXX")
  mkdir "$work"/{kubernetes,flannel}
  packet_filter_layer >"$work/packet-filter.tar"
  for name in "${static[@]}"; do
    image "$work/kubernetes" "$REGISTRY/$name:v$KUBERNETES" "/usr/local/bin/$name" "$bin/kubernetes-images-$KUBERNETES/$name"
  done
  image "$work/kubernetes" "$REGISTRY/etcd:$ETCD_IMAGE" /usr/local/bin/etcd "$bin/etcd-$ETCD/etcd"
  image "$work/kubernetes" "$REGISTRY/pause:$PAUSE" /pause "$bin/pause-$(key "$LAB/pause")/pause"
  image "$work/kubernetes" "$REGISTRY/coredns/coredns:v$COREDNS" /coredns "$bin/coredns-$COREDNS/coredns"
  image "$work/kubernetes" "$REGISTRY/kube-proxy:v$KUBERNETES" /usr/local/bin/kube-proxy "$bin/kubernetes-images-$KUBERNETES/kube-proxy" "$work/packet-filter.tar"
  image "$work/flannel" "$FLANNEL_IMAGE" /opt/bin/flanneld "$bin/flannel-$FLANNEL/flanneld" "$work/packet-filter.tar"
  for name in kubernetes flannel; do
    printf '[%s]' "$(paste -sd, "$work/$name/manifest")" >"$work/$name/manifest.json"
    rm "$work/$name/manifest"
    deterministic_tar -C "$work/$name" -cf "$dir/$name.tar" .
  done
}

# images_pull ARCHIVE IMAGE...
images_pull() {
  local image options=()
  for image in "${@:2}"; do
    say "pulling $image"
    logged "$ENGINE" pull -q "$image"
  done
  [[ $ENGINE == docker ]] || options=(--multi-image-archive --format docker-archive)
  logged "$ENGINE" save "${options[@]}" -o "$1" "${@:2}"
}

# image DIR REFERENCE ENTRYPOINT BINARY [LAYER]: adds an image to the archive in DIR: BINARY at the path ENTRYPOINT, on LAYER or on nothing.
# The format is moby's image spec v1.2: manifest.json names per image a configuration and layers, all called after their own sha256.
image() {
  local dir=$1 reference=$2 entrypoint=$3 work layer digest diff_ids=() layers=()
  work=$(mktemp -d "$CACHE/tmp/XXXXXX")
  install -D -m 755 "$4" "$work/root$entrypoint"
  chmod -R u=rwX,go=rX "$work/root"
  deterministic_tar -C "$work/root" -cf "$work/layer.tar" .
  for layer in "${@:5}" "$work/layer.tar"; do
    digest=$(sha256sum "$layer" | cut -d' ' -f1)
    ln -f "$layer" "$dir/$digest.tar"
    diff_ids+=("\"sha256:$digest\"")
    layers+=("\"$digest.tar\"")
  done
  printf '{"architecture":"%s","os":"linux","created":"1970-01-01T00:00:00Z","config":{"Env":["PATH=/opt/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Entrypoint":["%s"]},"rootfs":{"type":"layers","diff_ids":[%s]}}' \
    "$ARCH" "$entrypoint" "$(IFS=, && echo "${diff_ids[*]}")" >"$work/config.json"
  digest=$(sha256sum "$work/config.json" | cut -d' ' -f1)
  mv "$work/config.json" "$dir/$digest.json"
  printf '{"Config":"%s.json","RepoTags":["%s"],"Layers":[%s]}\n' "$digest" "$reference" "$(IFS=, && echo "${layers[*]}")" >>"$dir/manifest"
}

deterministic_tar() { tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner "$@"; }

# packet_filter_layer: iptables (both kinds, nft by default), nft and conntrack of the machines' distribution with the libraries they load,
# and a shell and cp for init containers; a tar to standard output.
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
  GO_CGO=1 GO_LDFLAGS='-extldflags "-static"' go_build "$1" github.com/flannel-io/flannel "v$FLANNEL" flanneld=github.com/flannel-io/flannel
}

pause_get() {
  say "building pause (1 s)"
  logged env GOFLAGS= GOWORK=off CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$1/pause" "$LAB/pause/pause.go"
}
