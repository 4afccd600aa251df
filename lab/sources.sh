# shellcheck shell=bash
# The two places that binaries come from: the vendor's download, held against the vendor's checksum, or Go modules. Sourced.

declare -A REACHABLE=()

# reachable URL: whether its host answers; asked once per host and run.
reachable() {
  local origin
  origin=$(grep -oE '^https?://[^/]+' <<<"$1")
  if [[ -z ${REACHABLE[$origin]:-} ]]; then
    REACHABLE[$origin]=no
    curl -sS -o /dev/null --connect-timeout 3 --max-time 5 "$origin/" 2>>"$LOG" && REACHABLE[$origin]=yes
  fi
  [[ ${REACHABLE[$origin]} == yes ]]
}

# download DIR URL CHECKSUM_URL: fetches URL into DIR. The checksum file is a list in the format of sha256sum, or holds the sum alone.
download() {
  local dir=$1 url=$2 file=${2##*/} sums expected actual
  say "downloading $url"
  logged curl -fsSL --retry 2 --connect-timeout 10 --max-time 900 -o "$dir/$file" "$url"
  sums=$(curl -fsSL --retry 2 --connect-timeout 10 --max-time 60 "$3") || die "cannot verify $file: $3 cannot be fetched; run again later"
  expected=$(awk -v file="$file" 'NF == 1 || $2 == file || $2 == "*" file { print $1; exit }' <<<"$sums")
  actual=$(sha256sum "$dir/$file" | cut -d' ' -f1)
  [[ $actual == "$expected" ]] || die "$file: its sha256 is $actual, $3 says '${expected:-nothing about it}'; nothing of it was used"
}

# unpack DIR URL CHECKSUM_URL MEMBER...: downloads a tar archive and moves the named members into DIR.
unpack() {
  local dir=$1 work member
  work=$(mktemp -d "$CACHE/tmp/XXXXXX")
  download "$work" "$2" "$3"
  logged tar -C "$work" -xf "$work/${2##*/}"
  for member in "${@:4}"; do
    mv "$work/$member" "$dir/"
  done
}

# go_build DIR MODULE VERSION NAME=PACKAGE...: static binaries into DIR. GO_LDFLAGS, GO_CGO=1 and GO_REPLACE (lines of go.mod) where needed.
# The build has a module of its own that requires this module alone: version selection then gives the dependencies of its release and no newer ones.
go_build() {
  local dir=$1 work target
  command -v go >/dev/null || die "Go was not found, and builds what cannot be downloaded here: install Go 1.21 or later (go.dev/dl)"
  work=$(mktemp -d "$CACHE/tmp/XXXXXX")
  {
    printf 'module build\n\ngo 1.24\n\nrequire %s %s\n' "$2" "$3"
    printf 'tool %s\n' "${@:4}" | sed 's/ .*=/ /'
    printf '%s\n' "${GO_REPLACE:-}"
  } >"$work/go.mod"
  # Settings of the caller's own projects (a vendor directory, a workspace, a fixed toolchain) have no say here.
  local go=(env -C "$work" GOFLAGS= GOWORK=off GOTOOLCHAIN=auto CGO_ENABLED="${GO_CGO:-0}" go)
  logged "${go[@]}" mod tidy
  for target in "${@:4}"; do
    say "  ${target%%=*}"
    logged "${go[@]}" build -trimpath -ldflags "-s -w ${GO_LDFLAGS:-}" -o "$dir/${target%%=*}" "${target#*=}"
  done
}
