# shellcheck shell=bash
# The bundle that machines are prepared from: binaries, CNI plugins, image archives, and a checksum of each. Sourced.

# bundle_ensure: guarantees $(bundle_path).
bundle_ensure() {
  local content
  bundle_path >/dev/null && return
  rm -rf "$CACHE/bundle/new"
  make_once "$CACHE/bundle/new" bundle_make
  content=$(sha256sum "$CACHE/bundle/new/SHA256SUMS" | cut -c1-12)
  [[ -e $CACHE/bundle/$content ]] || mv -T "$CACHE/bundle/new" "$CACHE/bundle/$content"
  rm -rf "$CACHE/bundle/new"
  ln -sfn "$content" "$CACHE/bundle/$(bundle_key)"
}

# bundle_make DIR: fills it. The binaries of one upstream project and version are made once and linked into every bundle
# that holds them.
bundle_make() {
  local dir=$1 set
  say "making the bundle for Kubernetes $KUBERNETES (20 s, and up to 9 min for what has to be built first)"
  make_once "$CACHE/bin/kubernetes-$KUBERNETES" kubernetes_get
  make_once "$CACHE/bin/etcd-$ETCD" etcd_get
  make_once "$CACHE/bin/containerd-$CONTAINERD" containerd_get
  make_once "$CACHE/bin/cni-$CNI_PLUGINS-$CNI_FLANNEL" cni_get
  mkdir "$dir/bin" "$dir/cni" "$dir/images"
  for set in kubernetes-$KUBERNETES etcd-$ETCD containerd-$CONTAINERD; do
    cp -l "$CACHE/bin/$set"/* "$dir/bin"
  done
  cp -l "$CACHE/bin/cni-$CNI_PLUGINS-$CNI_FLANNEL"/* "$dir/cni"
  runc_get >"$dir/bin/runc"
  chmod 755 "$dir/bin/runc"
  images_make "$dir/images"
  (cd "$dir" && find bin cni images -type f | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
}

kubernetes_get() {
  local binaries=(kubeadm kubelet kubectl)
  kubernetes_download "$1" "${binaries[@]}" && return
  say "building kubeadm, kubelet and kubectl $KUBERNETES (3 to 5 min)"
  kubernetes_build "$1" "${binaries[@]}"
}

# kubernetes_download DIR BINARY...: fails where one cannot be had.
kubernetes_download() {
  local dir=$1 binary url=https://dl.k8s.io/release/v$KUBERNETES/bin/linux/$ARCH
  for binary in "${@:2}"; do
    download "$dir" "$url/$binary" "$url/$binary.sha256" || return
    chmod 755 "$dir/$binary"
  done
}

# kubernetes_build DIR BINARY...: upstream's go.mod finds its libraries in ./staging; here each is replaced by what was
# published of it.
kubernetes_build() {
  local version=k8s.io/component-base/version staging targets
  staging=$(cd / && plain_go list -m -f '{{.GoMod}}' "k8s.io/kubernetes@v$KUBERNETES" 2>>"$LOG") ||
    die "the Go module k8s.io/kubernetes v$KUBERNETES cannot be had; see $LOG"
  mapfile -t targets < <(printf '%s\n' "${@:2}" | sed 's#.*#&=k8s.io/kubernetes/cmd/&#')
  GO_REPLACE=$(awk -v version="v0.${KUBERNETES#1.}" \
    '$2 == "=>" && $3 ~ /^\.\/staging\// { print "replace", $1, "=>", $1, version }' "$staging") \
  GO_LDFLAGS="-X $version.gitVersion=v$KUBERNETES -X $version.gitTreeState=clean" \
    go_build "$1" k8s.io/kubernetes "v$KUBERNETES" "${targets[@]}"
}

etcd_get() {
  local name=etcd-v$ETCD-linux-$ARCH url=https://github.com/etcd-io/etcd/releases/download/v$ETCD module=go.etcd.io/etcd
  unpack "$1" "$url/$name.tar.gz" "$url/SHA256SUMS" "$name"/etcd{,ctl,utl} && return
  say "building etcd $ETCD (20 s)"
  go_build "$1" $module/server/v3 "v$ETCD" etcd=$module/server/v3
  go_build "$1" $module/etcdctl/v3 "v$ETCD" etcdctl=$module/etcdctl/v3
  go_build "$1" $module/etcdutl/v3 "v$ETCD" etcdutl=$module/etcdutl/v3
}

containerd_get() {
  local file=containerd-static-$CONTAINERD-linux-$ARCH.tar.gz \
    url=https://github.com/containerd/containerd/releases/download/v$CONTAINERD
  local module=github.com/containerd/containerd/v2
  unpack "$1" "$url/$file" "$url/$file.sha256sum" bin/{containerd,containerd-shim-runc-v2,ctr} && return
  say "building containerd $CONTAINERD (40 s)"
  GO_LDFLAGS="-X $module/version.Version=v$CONTAINERD" go_build "$1" $module "v$CONTAINERD" \
    {containerd=$module/cmd/containerd,containerd-shim-runc-v2=$module/cmd/containerd-shim-runc-v2,ctr=$module/cmd/ctr}
}

cni_get() {
  local file=cni-plugins-linux-$ARCH-v$CNI_PLUGINS.tgz \
    url=https://github.com/containernetworking/plugins/releases/download/v$CNI_PLUGINS
  local module=github.com/containernetworking/plugins
  if ! unpack "$1" "$url/$file" "$url/$file.sha256" bridge host-local loopback portmap; then
    say "building CNI plugins $CNI_PLUGINS (5 s)"
    go_build "$1" $module "v$CNI_PLUGINS" {bridge=$module/plugins/main/bridge,loopback=$module/plugins/main/loopback} \
      {host-local=$module/plugins/ipam/host-local,portmap=$module/plugins/meta/portmap}
  fi
  go_build "$1" $module "v$CNI_FLANNEL" flannel=$module/plugins/meta/flannel # a second of work wherever it is done
}

# runc_get: the runc of the machines' own distribution, since it is linked against that distribution's libraries; to
# standard output.
runc_get() {
  # shellcheck disable=SC2016 # for the shell inside
  in_machine 'cd /tmp && { apt-get update && apt-get download runc; } >&2 &&
    dpkg-deb --fsys-tarfile runc_*.deb | tar -xO ./usr/sbin/runc'
}
