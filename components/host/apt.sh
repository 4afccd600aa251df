#!/usr/bin/env bash
# What package-manager.sh does with apt. Sourced, never run. Needs lib.sh and work (a directory); for Kubernetes and its containerd also version,
# containerd (its package's name) and what sources.env says.
# shellcheck disable=SC2154  # set by whoever sources this

export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l LC_ALL=C
KEYRINGS=/etc/apt/keyrings
SOURCES=/etc/apt/sources.list.d

# lock_is_held STATUS OUTPUT: whether that is why a command failed. (apt's own DPkg::Lock::Timeout knows but one of its locks.)
lock_is_held() {
  grep -qE 'Could not get lock|Unable to (acquire|lock)|lock (is|was) locked by' "$2"
}

apt() {
  unlocked apt-get -q -y -o DPkg::Lock::Timeout=0 -o Dpkg::Options::=--force-confold "$@"
}

# package_version PACKAGE: nothing where it is not installed.
package_version() {
  dpkg-query -W -f '${db:Status-Status} ${Version}\n' "$1" 2>/dev/null | sed -n 's/^installed //p'
}

is_held() {
  [ "$(apt-mark showhold "$1")" = "$1" ]
}

gpg_package() {
  echo gpg
}

default_containerd() {
  echo distribution
}

refuse_enforcing() {
  :
}

# Lists of the distribution may be as old as the machine's image. What else is configured on the machine is not our business, and may fail.
update_all() {
  [ -z "${updated:-}" ] || return 0
  updated=1
  repair
  apt update || say "note: not every repository of $(hostname) could be updated"
}

# What an interrupted run of dpkg left.
repair() {
  [ -z "$(dpkg --audit)" ] || unlocked dpkg --configure -a || fail "packages on $(hostname) are half installed, and 'dpkg --configure -a' fails"
}

install_tools() {
  begin "installing $*"
  update_all
  apt install --no-install-recommends "$@" || fail "$* could not be installed on $(hostname)" "" "see $LOGS/packages.log there"
}

install_clock() {
  install_tools systemd-timesyncd
  systemctl enable --quiet --now systemd-timesyncd
}

# repository NAME URL SUITE COMPONENT KEY: names it to apt, and fetches its list, and no other. apt refuses what KEY did not sign.
repository() {
  printf 'Types: deb\nURIs: %s\nSuites: %s\n%sSigned-By: %s\n' "$2" "$3" "${4:+Components: $4
}" "$5" >"$work/sources"
  place "$work/sources" "$SOURCES/$1.sources" || true
  repair
  begin "asking $2 for its packages"
  apt update -o "Dir::Etc::sourcelist=$SOURCES/$1.sources" -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0 -o APT::Update::Error-Mode=any ||
    fail "the repository at $2 cannot be used" "" "see $LOGS/packages.log on $(hostname); install.proxy names a proxy"
}

add_kubernetes_repository() {
  local key=$KEYRINGS/kubeadm-ha-kubernetes.asc
  fetch_key "the Kubernetes packages" "$KUBERNETES_REPOSITORY/deb/Release.key" "$KUBERNETES_KEY" "$key"
  repository kubeadm-ha-kubernetes "$KUBERNETES_REPOSITORY/deb/" / "" "$key"
}

add_docker_repository() {
  local key=$KEYRINGS/kubeadm-ha-docker.asc ID="" VERSION_CODENAME=""
  # shellcheck source=/dev/null
  . /etc/os-release
  case $ID in debian | ubuntu) ;; *) fail "Docker has no packages for $ID" "debian or ubuntu" "install.containerd: distribution" ;; esac
  fetch_key "Docker's packages" "$DOCKER_REPOSITORY/$ID/gpg" "$DOCKER_KEY_APT" "$key"
  repository kubeadm-ha-docker "$DOCKER_REPOSITORY/$ID" "$VERSION_CODENAME" stable "$key"
}

# newest PACKAGE VERSION: the newest of its versions that is VERSION, or begins so.
newest() {
  local found newest=""
  while read -r found; do
    version_fits "$found" "$2" || continue
    if [ -z "$newest" ] || dpkg --compare-versions "$found" gt "$newest"; then newest=$found; fi
  done < <(apt-cache madison "$1" | awk '$NF != "Sources" { print $3 }')
  [ -n "$newest" ] || fail "no package $1 ${2:-of any version} for $(hostname)" "one of: $(apt-cache madison "$1" | awk '$NF != "Sources" { print $3 }' | head -n 10 | xargs)"
  echo "$newest"
}

# install_held PACKAGE=VERSION…: these very versions, and held.
install_held() {
  apt install --no-install-recommends --allow-change-held-packages --allow-downgrades "$@" ||
    fail "$* could not be installed on $(hostname)" "" "see $LOGS/packages.log there"
  unlocked apt-mark hold "${@%%=*}" || fail "${*%%=*} could not be held on $(hostname)"
}

install_containerd() {
  local found
  if [ "$CONTAINERD" = docker ]; then add_docker_repository; else update_all; fi
  found=$(newest "$containerd" "$CONTAINERD_VERSION")
  install_held "$containerd=$found"
}

install_kubernetes() {
  local package found wanted=()
  for package in kubeadm kubelet kubectl; do
    found=$(newest "$package" "$version")
    wanted+=("$package=$found")
  done
  for package in cri-tools kubernetes-cni; do
    found=$(newest "$package" "")
    wanted+=("$package=$found")
  done
  install_held "${wanted[@]}"
}
