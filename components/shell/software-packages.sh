#!/usr/bin/env bash
# Software from package repositories: Debian and Ubuntu with apt, RHEL, its rebuilds and Fedora with dnf.
# Sourced, never run.
# Input: software/sources.env (repositories, fingerprints of their keys, whose containerd), software/containerd-2.toml
# and software/containerd-3.toml (for containerd 1 and 2), software/05-kubeadm-ha.conf (for the kubelet's unit).
load packages containerd software-apt software-dnf

# Which of them were held before the first of ours.
SOFTWARE_PACKAGES_HELD=$STATE/held-before

# software_packages WORD…: what the machine's own package manager does, software_apt_… or software_dnf_….
software_packages() {
  "software_${PACKAGES}_$1" "${@:2}"
}

# software_packages_fetch_key NAME URL FINGERPRINT FILE: brings the key of a repository, if it is that key and holds no
# other.
software_packages_fetch_key() {
  local found
  proxied curl -fsSL --retry 3 --max-time 60 -o "$WORK/key" "$2" 2>"$WORK/curl" ||
    fail "could not fetch the key of $1 from $2: $(tail -n 1 "$WORK/curl")" "" \
      "see that $(hostname) reaches it; install.proxy names a proxy"
  found=$(software_packages_fingerprint "$WORK/key")
  [ "$found" = "$3" ] ||
    fail "the key of $1 at $2 has the fingerprint ${found:-of no key at all}; nothing was installed" "$3" \
      "find out whose key that is; if the repository's key was changed, put its fingerprint into the configuration"
  place "$WORK/key" "$4" || true
}

# software_packages_fingerprint FILE: of the keys in it.
software_packages_fingerprint() {
  GNUPGHOME=$WORK gpg --batch --quiet --show-keys --with-colons "$1" 2>/dev/null |
    awk -F: '$1 == "pub" { primary = 1 } $1 == "fpr" && primary { print $10; primary = 0 }' | xargs || true
}

# software_packages_containerd: which package, unless one is there already.
software_packages_containerd() {
  local wanted=$CONTAINERD package other
  if [ -z "$wanted" ]; then
    if [ -n "$(packages_version containerd.io)" ]; then
      wanted=docker
    elif [ -n "$(packages_version containerd)" ]; then
      wanted=distribution
    else
      wanted=$(software_packages default_containerd)
    fi
  fi
  case $wanted in
    docker) package=containerd.io other=containerd ;;
    *) package=containerd other=containerd.io ;;
  esac
  [ -z "$(packages_version "$other")" ] || fail "$(hostname) has the package $other $(packages_version "$other")" \
    "$package (install.containerd: $wanted)" "take out that setting to keep $other, or remove the package first"
  echo "$package"
}

# software_packages_fits FOUND WANTED: whether a package's version is that version; WANTED may be its beginning, or
# empty for any.
software_packages_fits() {
  [ -n "$1" ] || return 1
  case ${1#*:} in "$2" | "$2"[-.+~]*) ;; *) [ -z "$2" ] ;; esac
}

# software_packages_in_place VERSION CONTAINERD_PACKAGE: whether every package is there as asked for, and held.
software_packages_in_place() {
  local package
  software_packages_fits "$(packages_version "$2")" "$CONTAINERD_VERSION" && software_packages is_held "$2" || return 1
  for package in kubeadm kubelet kubectl; do
    software_packages_fits "$(packages_version "$package")" "$1" && software_packages is_held "$package" || return 1
  done
}

# software_packages_use: reads where packages come from.
software_packages_use() {
  # shellcheck source=/dev/null
  . "$INPUT/software/sources.env"
  packages_use "install.mode bundle suits any Linux"
}

# software_packages_install VERSION
software_packages_install() {
  local version=$1 containerd tools=() tool docker_key
  software_packages_use
  software_packages_note_held
  containerd=$(software_packages_containerd)
  if software_packages_in_place "$version" "$containerd"; then
    say "the packages of Kubernetes $version and $containerd are in place"
  else
    for tool in curl gpg; do
      command -v "$tool" >/dev/null || tools+=("$(software_packages tool "$tool")")
    done
    case "$KUBERNETES_REPOSITORY $containerd $DOCKER_REPOSITORY" in
      https://* | *" containerd.io https://"*)
        [ -n "$(packages_version ca-certificates)" ] || tools+=(ca-certificates)
        ;;
    esac
    [ "${#tools[@]}" = 0 ] || packages_install "${tools[@]}"
    software_packages add_kubernetes "$KUBERNETES_REPOSITORY/v${version%.*}" "$KUBERNETES_KEY"
    begin "installing $containerd"
    if [ "$containerd" = containerd.io ]; then
      docker_key=DOCKER_KEY_${PACKAGES^^}
      software_packages add_docker "$DOCKER_REPOSITORY" "${!docker_key}"
    fi
    software_packages install_containerd "$containerd" "$CONTAINERD_VERSION"
    begin "installing kubeadm, kubelet and kubectl $version"
    software_packages install_kubernetes "$version"
  fi
  # Before there is anything to run, the kubelet of the packages would crash every ten seconds.
  software_put "$INPUT/software/05-kubeadm-ha.conf" /etc/systemd/system/kubelet.service.d/05-kubeadm-ha.conf 0644
  containerd_place "$(software_packages_config)"
}

# software_packages_config: the file for the containerd that is there.
software_packages_config() {
  local found
  found=$(containerd --version | awk '{ sub(/^v/, "", $3); print $3 }')
  case $found in
    1.*) echo "$INPUT/software/containerd-2.toml" ;;
    2.*) echo "$INPUT/software/containerd-3.toml" ;;
    *) fail "containerd on $(hostname) is of version $found" "1.6 or later" ;;
  esac
}

# What the services run with.
software_packages_runtime() {
  local containerd
  software_packages_use
  containerd=$(software_packages_containerd)
  packages_version "$containerd"
  packages_version kubelet
  cat "$(software_packages_config)" "$INPUT/software/05-kubeadm-ha.conf"
  [ ! -f "$INPUT/software/proxy.conf" ] || cat "$INPUT/software/proxy.conf"
}

# software_packages_held: those packages of a node that are held.
software_packages_held() {
  local package
  for package in containerd containerd.io kubeadm kubelet kubectl cri-tools kubernetes-cni; do
    ! software_packages is_held "$package" 2>/dev/null || echo "$package"
  done
}

# Where an earlier version was here, all holds may be its own.
software_packages_note_held() {
  if [ -f "$SOFTWARE_PACKAGES_HELD" ] || [ -e "$STATE/before-unknown" ]; then return; fi
  software_packages_held >"$INPUT/held"
  put "$INPUT/held" "$SOFTWARE_PACKAGES_HELD" 0644
}

# Takes the holds away that came from here.
software_packages_release() {
  local package held=()
  packages_use
  for package in $(software_packages_held); do
    grep -qsxF "$package" "$SOFTWARE_PACKAGES_HELD" || held+=("$package")
  done
  [ "${#held[@]}" = 0 ] || software_packages release "${held[@]}"
}

# software_packages_versions: the packages of a node with their versions, in pairs, for software_packages_restore.
software_packages_versions() {
  local package version
  for package in containerd containerd.io kubeadm kubelet kubectl cri-tools kubernetes-cni; do
    version=$(packages_version "$package")
    [ -z "$version" ] || echo "$package $version"
  done
}

# software_packages_restore FILE: those versions again.
software_packages_restore() {
  local versions
  [ -f "$1" ] && ! cmp -s "$1" <(software_packages_versions) || return 0
  mapfile -t versions < <(tr ' ' '\n' <"$1")
  software_packages reinstall "${versions[@]}"
}
