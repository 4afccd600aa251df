# shellcheck shell=bash
# The two places that binaries come from: the vendor's download, held against the vendor's checksum, or Go modules.
# Sourced.

declare -A SILENT=()

# reachable URL: whether it can be had. A host that does not answer at all is asked once a run.
reachable() {
  local origin status=0
  origin=$(grep -oE '^https?://[^/]+' <<<"$1")
  [[ -z ${SILENT[$origin]:-} ]] || return 1
  curl -fsSIL -o /dev/null --connect-timeout 3 --max-time 10 "$1" 2>>"$LOG" || status=$?
  # 22 is an answer, if not the one that was hoped for.
  ((status == 0 || status == 22)) || SILENT[$origin]=yes
  ((status == 0))
}

# registry HOST: whether a registry of images is there; one that wants to know who asks says 401.
registry() {
  local limits=(--connect-timeout 3 --max-time 10)
  [[ $(curl -sSL -o /dev/null -w '%{http_code}' "${limits[@]}" "https://$1/v2/" 2>>"$LOG") == @(200|401) ]]
}

# download DIR URL CHECKSUM_URL: fetches URL into DIR. Fails where it cannot be had; stops everything where it is not
# what the checksum says. The checksum file is a list in the format of sha256sum, or holds the sum alone.
download() {
  local dir=$1 url=$2 file=${2##*/} sums expected actual
  reachable "$url" || return 1
  say "downloading $url"
  if ! curl -fsSL --retry 2 --connect-timeout 10 --max-time 900 -o "$dir/$file" "$url" 2>>"$LOG" ||
    ! sums=$(curl -fsSL --retry 2 --connect-timeout 10 --max-time 60 "$3" 2>>"$LOG"); then
    say "this, or its checksum, could not be downloaded (the end of $LOG says why)"
    rm -f "$dir/$file"
    return 1
  fi
  expected=$(awk -v file="$file" 'NF == 1 || $2 == file || $2 == "*" file { print $1; exit }' <<<"$sums")
  actual=$(sha256sum "$dir/$file" | cut -d' ' -f1)
  [[ $actual == "$expected" ]] ||
    die "$file: its sha256 is $actual, $3 says '${expected:-nothing about it}'; nothing of it was used"
}

# unpack DIR URL CHECKSUM_URL MEMBER...: downloads a tar archive and moves the named members into DIR. Fails as download
# does.
unpack() {
  local dir=$1 work member
  work=$(mktemp -d "$CACHE/tmp/XXXXXX") || return
  download "$work" "$2" "$3" || return
  logged tar -C "$work" -xf "$work/${2##*/}"
  for member in "${@:4}"; do
    mv "$work/$member" "$dir/" || die "$2 does not hold $member"
  done
}

# plain_go ARGUMENT...: go without the settings of the caller's own projects (a vendor directory, a workspace, a fixed
# toolchain).
plain_go() { env GOFLAGS= GOWORK=off GOTOOLCHAIN=auto CGO_ENABLED="${GO_CGO:-0}" go "$@"; }

# go_build DIR MODULE VERSION NAME=PACKAGE...: static binaries into DIR. GO_LDFLAGS, GO_CGO=1 and GO_REPLACE (lines of
# go.mod) where needed. The build has a module of its own that requires this module alone: version selection then gives
# the dependencies of its release and no newer ones.
go_build() {
  local dir=$1 work target
  go_suits ||
    die "Go is ${GO_FOUND:-not installed}, and builds what cannot be downloaded here:" \
      "install Go $GO_MINIMUM or later (go.dev/dl)"
  work=$(mktemp -d "$CACHE/tmp/XXXXXX")
  {
    printf 'module build\n\ngo 1.24\n\nrequire %s %s\n' "$2" "$3"
    printf 'tool %s\n' "${@:4}" | sed 's/ .*=/ /'
    printf '%s\n' "${GO_REPLACE:-}"
  } >"$work/go.mod"
  logged plain_go -C "$work" mod tidy
  for target in "${@:4}"; do
    say "  ${target%%=*}"
    logged plain_go -C "$work" build -trimpath -ldflags "-s -w ${GO_LDFLAGS:-}" -o "$dir/${target%%=*}" "${target#*=}"
  done
}
