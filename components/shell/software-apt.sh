#!/usr/bin/env bash
# Kubernetes and its containerd by apt. Sourced, never run; software-packages.sh is what others call.

APT_KEYRINGS=/etc/apt/keyrings
APT_SOURCES=/etc/apt/sources.list.d
APT_LIST=/etc/apt/sources.list

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

# software_apt_others URL: the sources of this machine that name a repository, apart from ours: FILE and KEYRING of
# each. KEYRING is empty where the source has none, and "inside" where the source holds the key itself.
software_apt_others() {
  local file
  for file in "$APT_LIST" "$APT_SOURCES"/*.list "$APT_SOURCES"/*.sources; do
    if [ ! -f "$file" ] || [[ ${file##*/} == kubeadm-ha-* ]]; then continue; fi
    awk -v url="${1%/}" -v file="$file" '
      function tell() { if (found && enabled) print file, keyring; found = 0; enabled = 1; keyring = "" }
      function named(text) { sub(/\/$/, "", text); return text == url }
      BEGIN { enabled = 1 }
      /^deb[ \t]/ {
        for (i = 2; i <= NF; i++) if (named($i)) found = 1
        if (match($0, /signed-by=[^] \t]+/)) keyring = substr($0, RSTART + 10, RLENGTH - 10)
        tell()
      }
      /^[ \t]*$/ { tell() }
      tolower($1) == "uris:" { for (i = 2; i <= NF; i++) if (named($i)) found = 1 }
      tolower($1) == "signed-by:" { keyring = NF > 1 ? $2 : "inside" }
      tolower($1) == "enabled:" { enabled = tolower($2) !~ /^(no|false|0)$/ }
      END { tell() }' "$file"
  done
}

# software_apt_keyring URL FINGERPRINT KEY: the keyring to name the repository by: KEY, or that of a source which this
# machine has already, if it holds the same key. apt has no repository by two keyrings, and none at all then.
software_apt_keyring() {
  local file keyring
  read -r file keyring < <(software_apt_others "$1") || true
  if [ -z "$file" ]; then
    echo "$3"
  elif [ -f "$keyring" ] && [ "$(software_packages_fingerprint "$keyring")" = "$2" ]; then
    echo "$keyring"
  else
    fail "$file of $(hostname) has $1 already, with ${keyring:-no keyring of its own}" \
      "none, or one by a keyring with the key $2 alone" \
      "remove that source, or have it signed by the key at ${1%/}"
  fi
}

# software_apt_add_kubernetes URL FINGERPRINT: URL without the folder of the format.
software_apt_add_kubernetes() {
  local key=$APT_KEYRINGS/kubeadm-ha-kubernetes.asc
  software_packages_fetch_key "the Kubernetes packages" "$1/deb/Release.key" "$2" "$key"
  key=$(software_apt_keyring "$1/deb/" "$2" "$key")
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
  key=$(software_apt_keyring "$1/$ID" "$2" "$key")
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
    fail "no package $1 ${2:-of any version} for $(hostname)" \
      "$([ -n "$all" ] && echo "one of: $(head -n 10 <<<"$all" | xargs)" || echo "a repository that has $1")" \
      "'apt-get update' and 'apt-cache policy $1' there tell what apt knows"
  echo "$newest"
}

# software_apt_install PACKAGE=VERSION…: these very versions, and held.
software_apt_install() {
  apt_run install --no-install-recommends --allow-change-held-packages --allow-downgrades "$@" ||
    fail "$* could not be installed on $(hostname)" "" "see $LOGS/packages.log there"
  packages_unlocked apt-mark hold "${@%%=*}" || fail "${*%%=*} could not be held on $(hostname)"
}

software_apt_release() {
  packages_unlocked apt-mark unhold "$@" || fail "$* could not be released on $(hostname)" "" \
    "see $LOGS/packages.log there"
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
