#!/usr/bin/env bash
# Kubernetes and its containerd by dnf. Sourced, never run; software-packages.sh is what others call.

DNF_KEYS=/etc/pki/rpm-gpg
DNF_REPOSITORIES=/etc/yum.repos.d
DNF_LOCKS=/etc/dnf

# An upgrade leaves out what its repository's file excludes, and other versions than those that versionlock lists.
software_dnf_is_held() {
  grep -qsE "^excludepkgs=(.* )?$1( |$)" "$DNF_REPOSITORIES"/kubeadm-ha-*.repo || software_dnf_is_version_locked "$1"
}

# By the list of dnf 4, or by that of dnf 5.
software_dnf_is_version_locked() {
  grep -qsE "^$1-[0-9]" "$DNF_LOCKS/plugins/versionlock.list" ||
    grep -qsE "^name = \"$1\"" "$DNF_LOCKS/versionlock.toml"
}

software_dnf_tool() {
  case $1 in gpg) echo gnupg2 ;; *) echo "$1" ;; esac
}

# RHEL and its rebuilds have no containerd.
software_dnf_default_containerd() {
  local ID=""
  # shellcheck source=/dev/null
  . /etc/os-release
  case $ID in fedora | amzn) echo distribution ;; *) echo docker ;; esac
}

# software_dnf_repository NAME URL KEY PACKAGES: names it to dnf. Its packages are left out of every upgrade; dnf
# refuses what KEY did not sign.
software_dnf_repository() {
  local file=$INPUT/$1.repo
  printf '[%s]\nname=%s\nbaseurl=%s\nenabled=1\ngpgcheck=1\ngpgkey=file://%s\nexcludepkgs=%s\n' "$1" "$1" "$2" "$3" \
    "$4" >"$file"
  place "$file" "$DNF_REPOSITORIES/$1.repo" || true
}

# software_dnf_add_kubernetes URL FINGERPRINT: URL without the folder of the format.
software_dnf_add_kubernetes() {
  local key=$DNF_KEYS/kubeadm-ha-kubernetes
  software_packages_fetch_key "the Kubernetes packages" "$1/rpm/repodata/repomd.xml.key" "$2" "$key"
  software_dnf_repository kubeadm-ha-kubernetes "$1/rpm/" "$key" "kubeadm kubelet kubectl cri-tools kubernetes-cni"
}

# software_dnf_add_docker URL FINGERPRINT
# shellcheck disable=SC2016  # dnf's own variables
software_dnf_add_docker() {
  local key=$DNF_KEYS/kubeadm-ha-docker ID="" system=centos
  # shellcheck source=/dev/null
  . /etc/os-release
  case $ID in
    fedora | rhel) system=$ID ;;
    amzn)
      fail "Docker has no packages for Amazon Linux" "Fedora, RHEL or one of its rebuilds" \
        "install.containerd: distribution"
      ;;
  esac
  software_packages_fetch_key "Docker's packages" "$1/$system/gpg" "$2" "$key"
  software_dnf_repository kubeadm-ha-docker "$1/$system/"'$releasever/$basearch/stable' "$key" containerd.io
}

# software_dnf_install_from REPOSITORY PACKAGE…: although the repository's file leaves them out.
software_dnf_install_from() {
  dnf_run --setopt="disable_excludes=$1" install "${@:2}" ||
    fail "${*:2} could not be installed on $(hostname)" "" "see $LOGS/packages.log there; install.proxy names a proxy"
}

# software_dnf_install_containerd PACKAGE VERSION: VERSION may be its beginning, or empty.
software_dnf_install_containerd() {
  if [ "$1" = containerd.io ]; then
    software_dnf_install_from kubeadm-ha-docker "$1${2:+-$2*}"
  else
    software_dnf_install_version_locked "$1" "$2"
  fi
}

# software_dnf_install_version_locked PACKAGE VERSION: of the distribution, whose other packages are not ours to leave
# out.
software_dnf_install_version_locked() {
  dnf versionlock --help >/dev/null 2>&1 || dnf_install 'dnf-command(versionlock)'
  ! software_dnf_is_version_locked "$1" || dnf_run versionlock delete "$1" ||
    fail "the lock of $1 on $(hostname) could not be taken away"
  dnf_install "$1${2:+-$2*}"
  dnf_run versionlock add "$1" || fail "$1 could not be held on $(hostname)" "" "see $LOGS/packages.log there"
}

# What a repository's file leaves out goes with the file.
software_dnf_release() {
  local package
  for package; do
    ! software_dnf_is_version_locked "$package" || dnf_run versionlock delete "$package" ||
      fail "the lock of $package on $(hostname) could not be taken away" "" "see $LOGS/packages.log there"
  done
}

# software_dnf_install_kubernetes VERSION
software_dnf_install_kubernetes() {
  software_dnf_install_from kubeadm-ha-kubernetes "kubeadm-$1" "kubelet-$1" "kubectl-$1" cri-tools kubernetes-cni
}

# software_dnf_reinstall PACKAGE VERSION…: in pairs; what was there before a change.
software_dnf_reinstall() {
  while [ $# -gt 0 ]; do
    case $1 in
      containerd) software_dnf_install_version_locked "$1" "$2" ;;
      *)
        dnf_run --setopt=disable_excludes=all install "$1-$2" ||
          dnf_run --setopt=disable_excludes=all downgrade "$1-$2" ||
          fail "$1 $2 could not be installed on $(hostname) again" "" "see $LOGS/packages.log there"
        ;;
    esac
    shift 2
  done
}
