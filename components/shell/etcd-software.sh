#!/usr/bin/env bash
# etcd and etcdctl on a machine of an external etcd. Sourced, never run; the stage and the roll-out call it, and nobody
# else.
load bundle

ETCD_PROGRAMS=(etcd etcdctl)

# etcd_software_from_bundle SOURCE SHA256
etcd_software_from_bundle() {
  local program
  begin "installing etcd from the bundle"
  mkdir -p "$INPUT/software"
  printf 'SOURCE=%q SHA256=%q\n' "$1" "$2" >"$INPUT/software/bundle.env"
  bundle_use
  for program in "${ETCD_PROGRAMS[@]}"; do
    bundle_install "bin/$program" "/usr/local/bin/$program"
  done
}

# etcd_software_from_archive SOURCE SHA256
etcd_software_from_archive() {
  local archive=$1 marker=$STATE/etcd-archive found program
  if [ "$(cat "$marker" 2>/dev/null)" = "$2" ] && command -v "${ETCD_PROGRAMS[@]}" >/dev/null; then
    say "etcd of $1 is in place"
    return
  fi
  begin "installing etcd of $1"
  require_programs curl tar
  case $1 in
    http://* | https://*)
      archive=$WORK/archive
      proxied curl -fsSL --retry 3 --max-time 600 -o "$archive" "$1" 2>"$WORK/curl" ||
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
  for program in "${ETCD_PROGRAMS[@]}"; do
    logged prepare tar -xzf "$archive" -C "$WORK" --no-same-owner --strip-components=1 --wildcards "*/$program" ||
      fail "$1 holds no $program" "an archive as etcd's releases have it"
    software_put "$WORK/$program" "/usr/local/bin/$program" 0755
  done
  echo "$2" >"$WORK/etcd-archive"
  software_put "$WORK/etcd-archive" "$marker" 0644
}

# etcd_software_install WAY [SOURCE SHA256]: brings the programs to their places; a running etcd runs on with what it
# has.
etcd_software_install() {
  use_work
  case $1 in
    bundle) etcd_software_from_bundle "${2%/}" "$3" ;;
    archive) etcd_software_from_archive "$2" "$3" ;;
  esac
}

# etcd_software_check: prints the version of what is there; fails where that will not do.
etcd_software_check() {
  local found
  require_programs "${ETCD_PROGRAMS[@]}" curl
  # 3.6 renamed flags that ours are among.
  found=$(etcd --version | awk '/^etcd Version/ { print $3 }')
  [[ $found =~ ^3\.([6-9]|[1-9][0-9]) ]] || fail "etcd on $(hostname) is $found" "3.6 or later" \
    "install it from a bundle, name one of its releases in install.etcdArchive, or put it into /usr/local/bin by hand"
  echo "$found"
}
