#!/usr/bin/env bash
# Brings etcd to this machine, and nothing else: no container runtime and no kubelet.
#
#   etcd.sh bundle SOURCE SHA256      from a bundle: a directory on the machine or an http(s) address
#   etcd.sh archive SOURCE SHA256     from an archive as etcd's releases have it: a file on the machine or an http(s) address
#   etcd.sh preinstalled              etcd is there already; it is only checked
#
# SHA256 is that of the bundle's SHA256SUMS, or of the archive. Input: proxy.env where there is a proxy. Guarantees: nothing is installed that
# does not match its checksum; a running etcd is not restarted (that is for who knows of the quorum); what is in place is neither touched nor
# fetched.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"
load bundle

programs=(etcd etcdctl)

install_from_bundle() {
  local program
  begin "installing etcd from the bundle"
  mkdir -p "$INPUT/software"
  printf 'SOURCE=%q SHA256=%q\n' "$1" "$2" >"$INPUT/software/bundle.env"
  bundle_use
  for program in "${programs[@]}"; do
    bundle_install "bin/$program" "/usr/local/bin/$program"
  done
}

# install_from_archive SOURCE SHA256
install_from_archive() {
  local archive=$1 marker=$STATE/etcd-archive found program
  if [ "$(cat "$marker" 2>/dev/null)" = "$2" ] && command -v "${programs[@]}" >/dev/null; then
    say "etcd of $1 is in place"
    return
  fi
  begin "installing etcd of $1"
  require_programs curl tar
  case $1 in
    http://* | https://*)
      archive=$WORK/archive
      curl -fsSL --retry 3 --max-time 600 -o "$archive" "$1" 2>"$WORK/curl" ||
        fail "could not fetch $1: $(tail -n 1 "$WORK/curl")" "" \
          "see that $(hostname) reaches it; install.proxy names a proxy"
      ;;
    *)
      [ -f "$1" ] || fail "no $1 on $(hostname)" "an archive of etcd" \
        "put it there; or name an http(s) address in install.etcdArchive"
      ;;
  esac
  found=$(bundle_sha256 "$archive")
  [ "$found" = "$2" ] || fail "the archive at $1 has SHA-256 $found; nothing was installed" "$2" \
    "the file SHA256SUMS beside a release of etcd says which is right"
  for program in "${programs[@]}"; do
    logged prepare tar -xzf "$archive" -C "$WORK" --no-same-owner --strip-components=1 --wildcards "*/$program" ||
      fail "$1 holds no $program" "an archive as etcd's releases have it"
    software_put "$WORK/$program" "/usr/local/bin/$program" 0755
  done
  mkdir -p "$STATE"
  echo "$2" >"$marker"
}

main() {
  local way=$1 source=${2:-} sha256=${3:-} found
  use_proxy
  use_work
  case $way in
    bundle) install_from_bundle "${source%/}" "$sha256" ;;
    archive) install_from_archive "$source" "$sha256" ;;
  esac
  require_programs "${programs[@]}" curl
  # 3.6 renamed flags that ours are among.
  found=$(etcd --version | awk '/^etcd Version/ { print $3 }')
  [[ $found =~ ^3\.([6-9]|[1-9][0-9]) ]] || fail "etcd on $(hostname) is $found" "3.6 or later" \
    "install it from a bundle, name one of its releases in install.etcdArchive, or put it into /usr/local/bin by hand"
  say "$(hostname) has etcd $found after $SECONDS s"
}

main "$@" </dev/null
