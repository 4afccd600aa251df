#!/usr/bin/env bash
# Kubernetes and its containerd by apt. Sourced, never run; software-packages.sh is what others call.

APT_KEYRINGS=/etc/apt/keyrings
APT_SOURCES=/etc/apt/sources.list.d

software_apt_is_held() {
  [ "$(apt-mark showhold "$1")" = "$1" ]
}

software_apt_tool() {
  echo "$1"
}

software_apt_default_containerd() {
  echo distribution
}

# software_apt_repository NAME URL SUITE COMPONENT KEY: names it to apt, and fetches its list, and no other. apt refuses
# what KEY did not sign.
software_apt_repository() {
  local file=$INPUT/$1.sources
  printf 'Types: deb\nURIs: %s\nSuites: %s\n%sSigned-By: %s\n' "$2" "$3" "${4:+Components: $4
}" "$5" >"$file"
  place "$file" "$APT_SOURCES/$1.sources" || true
  apt_repair
  begin "asking $2 for its packages"
  apt_run update -o "Dir::Etc::sourcelist=$APT_SOURCES/$1.sources" -o Dir::Etc::sourceparts=- \
    -o APT::Get::List-Cleanup=0 -o APT::Update::Error-Mode=any ||
    fail "the repository at $2 cannot be used" "" "see $LOGS/packages.log on $(hostname); install.proxy names a proxy"
}

# software_apt_add_kubernetes URL FINGERPRINT: URL without the folder of the format.
software_apt_add_kubernetes() {
  local key=$APT_KEYRINGS/kubeadm-ha-kubernetes.asc
  software_packages_fetch_key "the Kubernetes packages" "$1/deb/Release.key" "$2" "$key"
  software_apt_repository kubeadm-ha-kubernetes "$1/deb/" / "" "$key"
}

# software_apt_add_docker URL FINGERPRINT
software_apt_add_docker() {
  local key=$APT_KEYRINGS/kubeadm-ha-docker.asc ID="" VERSION_CODENAME=""
  # shellcheck source=/dev/null
  . /etc/os-release
  case $ID in
    debian | ubuntu) ;;
    *) fail "Docker has no packages for $ID" "debian or ubuntu" "install.containerd: distribution" ;;
  esac
  software_packages_fetch_key "Docker's packages" "$1/$ID/gpg" "$2" "$key"
  software_apt_repository kubeadm-ha-docker "$1/$ID" "$VERSION_CODENAME" stable "$key"
}

# software_apt_newest PACKAGE VERSION: the newest of its versions that is VERSION, or begins so.
software_apt_newest() {
  local found newest="" all
  all=$(apt-cache madison "$1" | awk '$NF != "Sources" { print $3 }')
  for found in $all; do
    software_packages_fits "$found" "$2" || continue
    if [ -z "$newest" ] || dpkg --compare-versions "$found" gt "$newest"; then newest=$found; fi
  done
  [ -n "$newest" ] ||
    fail "no package $1 ${2:-of any version} for $(hostname)" "one of: $(head -n 10 <<<"$all" | xargs)"
  echo "$newest"
}

# software_apt_install PACKAGE=VERSION…: these very versions, and held.
software_apt_install() {
  apt_run install --no-install-recommends --allow-change-held-packages --allow-downgrades "$@" ||
    fail "$* could not be installed on $(hostname)" "" "see $LOGS/packages.log there"
  packages_unlocked apt-mark hold "${@%%=*}" || fail "${*%%=*} could not be held on $(hostname)"
}

# software_apt_install_containerd PACKAGE VERSION: VERSION may be its beginning, or empty.
software_apt_install_containerd() {
  local found
  [ "$1" = containerd.io ] || apt_update_all
  found=$(software_apt_newest "$1" "$2")
  software_apt_install "$1=$found"
}

# software_apt_install_kubernetes VERSION
software_apt_install_kubernetes() {
  local package found wanted=()
  for package in kubeadm kubelet kubectl; do
    found=$(software_apt_newest "$package" "$1")
    wanted+=("$package=$found")
  done
  for package in cri-tools kubernetes-cni; do
    found=$(software_apt_newest "$package" "")
    wanted+=("$package=$found")
  done
  software_apt_install "${wanted[@]}"
}

# software_apt_reinstall PACKAGE VERSION…: in pairs; what was there before a change.
software_apt_reinstall() {
  local wanted=()
  while [ $# -gt 0 ]; do
    wanted+=("$1=$2")
    shift 2
  done
  software_apt_install "${wanted[@]}"
}
