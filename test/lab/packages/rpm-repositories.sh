#!/usr/bin/env bash
# Makes a Debian machine play Rocky Linux 9: the real dnf and rpm, no apt-get, and below /srv repositories as
# pkgs.k8s.io and download.docker.com have them, of packages whose programs are stand-ins.
#
#   rpm-repositories.sh VERSION
#
# Prints the fingerprint of the key that signs them. Every package is there in versions before and after, too.
set -euo pipefail

KUBERNETES=/srv/kubernetes/v${1%.*}/rpm
DOCKER=/srv/docker/centos/9/noarch/stable
UNITS=/usr/lib/systemd/system
WORK=/tmp/rpm

# program NAME TEXT: a stand-in for a program, in shell.
program() {
  printf '#!/bin/sh\n%s\n' "$2" >"$WORK/files/$1"
}

programs() {
  local name
  # shellcheck disable=SC2016  # for the stand-in
  program kubeadm 'case "$1 $2" in "version -o") echo v'"$1"' ;; "config images") echo registry.k8s.io/etcd:1 ;; esac'
  # shellcheck disable=SC2016
  program containerd 'case $1 in --version) echo "containerd containerd.io 2.2.2 abc" ;; *) exec sleep infinity ;; esac'
  # shellcheck disable=SC2016
  program ctr 'for last; do :; done
case "$*" in
  *"list -q") echo registry.k8s.io/etcd:1 ;;
  *" mount "*) mkdir -p "$last/usr/local/bin" && cp /bin/true "$last/usr/local/bin/etcdctl" ;;
  *unmount*) rm -rf "$last/usr" ;;
esac'
  for name in kubelet kubectl crictl bridge containerd-shim-runc-v2 runc; do
    program "$name" 'exec sleep infinity'
  done
  for name in kubelet containerd; do
    printf '[Service]\nExecStart=/usr/bin/%s\n[Install]\nWantedBy=multi-user.target\n' \
      "$name" >"$WORK/files/$name.service"
  done
}

# package NAME VERSION-RELEASE FOLDER PATH…: builds it into FOLDER, with files of $WORK/files at these paths.
package() {
  local name=$1 version=$2 folder=$3 path
  shift 3
  {
    printf \
      'Name: %s\nVersion: %s\nRelease: %s\nSummary: for a test\nLicense: none\nBuildArch: noarch\nAutoReqProv: no\n' \
      "$name" "${version%-*}" "${version#*-}"
    printf '%%description\nFor a test.\n%%install\n'
    for path; do printf "install -D -m 755 $WORK/files/%s %%{buildroot}%s\n" "${path##*/}" "$path"; done
    printf '%%files\n' && printf '%s\n' "$@"
  } >"$WORK/$name.spec"
  rpmbuild -bb --quiet -D "_rpmdir $folder" -D '_rpmfilename %{NAME}-%{VERSION}-%{RELEASE}.rpm' "$WORK/$name.spec" >&2
}

main() {
  local version=$1 each folder
  export DEBIAN_FRONTEND=noninteractive GNUPGHOME=$WORK/gnupg
  { apt-get -q update && apt-get -q -y --no-install-recommends install dnf rpm createrepo-c gpg gpg-agent; } >&2
  mkdir -p "$WORK/files" "$KUBERNETES" "$DOCKER"
  mkdir -m 700 "$GNUPGHOME"
  programs "$version"
  for each in "${version%.*}.0" "$version" "${version%.*}.99"; do
    package kubeadm "$each-150500.1.1" "$KUBERNETES" /usr/bin/kubeadm
    package kubelet "$each-150500.1.1" "$KUBERNETES" /usr/bin/kubelet $UNITS/kubelet.service
    package kubectl "$each-150500.1.1" "$KUBERNETES" /usr/bin/kubectl
  done
  package cri-tools 1.36.0-150500.1.1 "$KUBERNETES" /usr/bin/crictl
  package kubernetes-cni 1.8.0-150500.1.1 "$KUBERNETES" /opt/cni/bin/bridge
  for each in 2.1.0-1.el9 2.2.2-1.el9 3.0.0-1.el9; do
    package containerd.io "$each" "$DOCKER" /usr/bin/{containerd,containerd-shim-runc-v2,ctr,runc} \
      $UNITS/containerd.service
  done
  gpg --batch --quiet --pinentry-mode loopback --passphrase '' --quick-generate-key test rsa3072 sign 1d
  for folder in "$KUBERNETES" "$DOCKER"; do
    GPG_TTY='' rpmsign --addsign -D '__gpg /usr/bin/gpg' -D '_gpg_name test' "$folder"/*.rpm >&2
    createrepo_c -q "$folder" >&2
  done
  gpg --armor --export >"$KUBERNETES/repodata/repomd.xml.key"
  gpg --armor --export >/srv/docker/centos/gpg
  echo 9 >/etc/dnf/vars/releasever
  echo noarch >/etc/dnf/vars/basearch
  rm /etc/os-release
  printf 'ID=rocky\nVERSION_ID=9.5\n' >/etc/os-release
  mv /usr/bin/apt-get /usr/bin/hidden
  gpg --list-keys --with-colons | awk -F: '$1 == "fpr" { print $10; exit }'
}

main "$@" </dev/null
