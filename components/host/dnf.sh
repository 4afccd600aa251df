#!/usr/bin/env bash
# What package-manager.sh does with dnf. Sourced, never run. Needs lib.sh and work (a directory); for Kubernetes and its containerd also version,
# containerd (its package's name) and what sources.env says.
# shellcheck disable=SC2154  # set by whoever sources this

export LC_ALL=C
KEYS=/etc/pki/rpm-gpg
REPOSITORIES=/etc/yum.repos.d
LOCKS=/etc/dnf

# lock_is_held STATUS OUTPUT: whether that is why a command failed; dnf 4 has a status for it, dnf 5 a message.
lock_is_held() {
  [ "$1" = 200 ] || grep -q 'Failed to obtain rpm transaction lock' "$2"
}

# By itself dnf 4 would wait for its locks without end.
dnf() {
  unlocked command dnf -y --setopt=exit_on_lock=True "$@"
}

# package_version PACKAGE: nothing where it is not installed.
package_version() {
  rpm -q --qf '%{VERSION}-%{RELEASE}\n' "$1" 2>/dev/null | grep -v 'not installed' || true
}

# is_held PACKAGE: an upgrade leaves out what its repository's file excludes, and other versions than those that versionlock lists.
is_held() {
  grep -qsE "^excludepkgs=(.* )?$1( |$)" "$REPOSITORIES"/kubeadm-ha-*.repo || is_version_locked "$1"
}

# is_version_locked PACKAGE: by the list of dnf 4, or by that of dnf 5.
is_version_locked() {
  grep -qsE "^$1-[0-9]" "$LOCKS/plugins/versionlock.list" || grep -qsE "^name = \"$1\"" "$LOCKS/versionlock.toml"
}

gpg_package() {
  echo gnupg2
}

# RHEL and its rebuilds have no containerd.
default_containerd() {
  local ID=""
  # shellcheck source=/dev/null
  . /etc/os-release
  case $ID in fedora | amzn) echo distribution ;; *) echo docker ;; esac
}

# https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/: kubeadm needs containers that read the host's files.
refuse_enforcing() {
  command -v getenforce >/dev/null && [ "$(getenforce)" = Enforcing ] || return 0
  [ "$SELINUX_PERMISSIVE" = yes ] || fail "SELinux enforces on $(hostname)" "permissive" \
    "set install.selinuxPermissive to true to have that done, or do it yourself: setenforce 0, and SELINUX=permissive in /etc/selinux/config"
  say "setting SELinux to permissive"
  setenforce 0
  sed 's/^SELINUX=enforcing/SELINUX=permissive/' /etc/selinux/config >"$work/selinux"
  place "$work/selinux" /etc/selinux/config || true
}

install_tools() {
  begin "installing $*"
  dnf install "$@" || fail "$* could not be installed on $(hostname)" "" "see $LOGS/packages.log there"
}

install_clock() {
  install_tools chrony
  systemctl enable --quiet --now chronyd
}

# repository NAME URL KEY PACKAGES: names it to dnf. Its packages are left out of every upgrade; dnf refuses what KEY did not sign.
repository() {
  printf '[%s]\nname=%s\nbaseurl=%s\nenabled=1\ngpgcheck=1\ngpgkey=file://%s\nexcludepkgs=%s\n' "$1" "$1" "$2" "$3" "$4" >"$work/repo"
  place "$work/repo" "$REPOSITORIES/$1.repo" || true
}

add_kubernetes_repository() {
  local key=$KEYS/kubeadm-ha-kubernetes
  fetch_key "the Kubernetes packages" "$KUBERNETES_REPOSITORY/rpm/repodata/repomd.xml.key" "$KUBERNETES_KEY" "$key"
  repository kubeadm-ha-kubernetes "$KUBERNETES_REPOSITORY/rpm/" "$key" "kubeadm kubelet kubectl cri-tools kubernetes-cni"
}

# shellcheck disable=SC2016  # dnf's own variables
add_docker_repository() {
  local key=$KEYS/kubeadm-ha-docker ID="" system=centos
  # shellcheck source=/dev/null
  . /etc/os-release
  case $ID in
    fedora | rhel) system=$ID ;;
    amzn) fail "Docker has no packages for Amazon Linux" "Fedora, RHEL or one of its rebuilds" "install.containerd: distribution" ;;
  esac
  fetch_key "Docker's packages" "$DOCKER_REPOSITORY/$system/gpg" "$DOCKER_KEY_DNF" "$key"
  repository kubeadm-ha-docker "$DOCKER_REPOSITORY/$system/"'$releasever/$basearch/stable' "$key" containerd.io
}

# install_from REPOSITORY PACKAGE…: although the repository's file leaves them out.
install_from() {
  dnf --setopt="disable_excludes=$1" install "${@:2}" ||
    fail "${*:2} could not be installed on $(hostname)" "" "see $LOGS/packages.log there; install.proxy names a proxy"
}

install_containerd() {
  local wanted=$containerd${CONTAINERD_VERSION:+-$CONTAINERD_VERSION*}
  if [ "$CONTAINERD" = docker ]; then
    add_docker_repository
    install_from kubeadm-ha-docker "$wanted"
  else
    install_version_locked "$wanted"
  fi
}

# install_version_locked PACKAGE-VERSION: of the distribution, whose other packages are not ours to leave out.
install_version_locked() {
  command dnf versionlock --help >/dev/null 2>&1 || install_tools 'dnf-command(versionlock)'
  ! is_version_locked "$containerd" || dnf versionlock delete "$containerd" || fail "the lock of $containerd on $(hostname) could not be taken away"
  install_tools "$1"
  dnf versionlock add "$containerd" || fail "$containerd could not be held on $(hostname)" "" "see $LOGS/packages.log there"
}

install_kubernetes() {
  install_from kubeadm-ha-kubernetes "kubeadm-$version" "kubelet-$version" "kubectl-$version" cri-tools kubernetes-cni
}
