# shellcheck shell=bash disable=SC2034
# What every script of the lab shares: where things are, how it speaks, and how a thing is made exactly once. Sourced.
#
# Guarantee of `make_once`: a path in the cache exists only when it is complete. Work happens in $CACHE/tmp and is
# renamed when done.

shopt -s inherit_errexit # a failure inside $(…) is a failure

LAB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$LAB")
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/kubeadm-ha
STATE=${XDG_STATE_HOME:-$HOME/.local/state}/kubeadm-ha
LOG=$CACHE/setup.log
ARCH=$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
# shellcheck source=lab/versions.sh
source "$LAB/versions.sh"

say() { printf 'lab: %s\n' "$*" >&2; }

# die FOUND EXPECTED-AND-REMEDY: one line, no trace.
die() {
  printf 'lab: error: %s\n' "$*" >&2
  exit 1
}

# key PATH...: twelve hex digits that stand for the content and the relative names of files and directories.
key() {
  (cd "$ROOT" && find "${@#"$ROOT"/}" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) | sha256sum | cut -c1-12
}

# logged COMMAND...: output goes to $LOG; a failure shows its end and stops.
logged() {
  printf '+ %s\n' "$*" >>"$LOG"
  "$@" >>"$LOG" 2>&1 && return
  tail -n 20 "$LOG" >&2
  die "'$1' failed; the whole output is in $LOG"
}

# make_once PATH MAKER ARG...: unless PATH exists, runs `MAKER TMP ARG...` on an empty directory and renames it to PATH.
make_once() {
  local path=$1 maker=$2 tmp
  [[ -e $path ]] && return
  tmp=$(mktemp -d "$CACHE/tmp/XXXXXX")
  chmod 755 "$tmp"
  "$maker" "$tmp" "${@:3}"
  mkdir -p "$(dirname "$path")"
  mv -T "$tmp" "$path"
}

# at_least MINIMUM VERSION
at_least() { [[ -n $2 && $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]; }

# go_suits, node_suits: whether they are new enough; sets GO_FOUND and NODE_FOUND. Go from 1.21 on gets itself the
# toolchain that a module asks for.
GO_MINIMUM=1.21
NODE_MINIMUM=20
go_suits() {
  GO_FOUND=$(go env GOVERSION 2>/dev/null | sed 's/^go//') || GO_FOUND=''
  at_least $GO_MINIMUM "$GO_FOUND"
}
node_suits() {
  NODE_FOUND=$(node --version 2>/dev/null | tr -d v) || NODE_FOUND=''
  at_least $NODE_MINIMUM "$NODE_FOUND" && command -v npm >/dev/null
}

# apt_install PACKAGE...: those that are missing. Nothing that is there goes for their sake: docker-ce would for runc.
apt_install() {
  local package missing=()
  for package; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  [[ $EUID == 0 ]] || die "packages missing: ${missing[*]}; install them, or run as root"
  command -v apt-get >/dev/null ||
    die "packages missing: ${missing[*]}, and there is no apt-get; install them with this system's package manager"
  say "installing ${missing[*]} (up to 1 min)"
  logged apt-get -o DPkg::Lock::Timeout=300 update
  logged env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-remove "${missing[@]}"
}

# shell_scripts: every bash script that git tracks, one a line: *.sh, and whatever else starts with bash's shebang.
shell_scripts() {
  {
    git -C "$ROOT" ls-files '*.sh'
    git -C "$ROOT" grep -lIE '^#!.*\bbash$'
  } | sort -u
}

# machine_key, bundle_key: names for what setup makes, which change with what it is made from. A new machine image
# replaces every machine made from the old one, so its name depends on nothing else.
machine_key() { echo "$DEBIAN-$(key "$LAB/machine")"; }
bundle_key() {
  key "$RELEASES" "$LAB"/{machine,pause,versions.sh,sources.sh,machine.sh,artifacts.sh,images.sh,packet-filter.sh}
}

# bundle_path: a bundle is called after its content; the name by what it was made from is a link. So a change that makes
# no difference to the content keeps the path, which machines mount.
bundle_path() { readlink -e "$CACHE/bundle/$(bundle_key)"; }

# lab_json: where setup writes what it found and made.
lab_json() { echo "$CACHE/lab-$(bundle_key).json"; }

# containers_conf: settings for podman, if this machine needs any (engine.sh).
containers_conf() { echo "$CACHE/containers.conf"; }

# stack_checkpoint, salt_file STACK: where the backend keeps a stack, and where the salt of its secrets is.
stack_checkpoint() { echo "$STATE/.pulumi/stacks/kubeadm-ha/$1.json"; }
salt_file() { echo "$STATE/project/stacks/Pulumi.$1.yaml"; }

# recover STACK: takes back what runs that died left in the file backend; prints the process of one that is under way.
recover() {
  local lock pid running=
  # A lock is {"pid": …, "hostname": …, …}, one per run; a machine that went down can leave an empty one.
  while read -r lock; do
    pid=$(grep -oE '"pid": *[0-9]+' "$lock" | grep -oE '[0-9]+$') || pid=unknown
    if [[ $pid != unknown && $(ps -o stat=,comm= -p "$pid") == [!Z]*pulumi* ]]; then
      running=$pid
    else
      say "removing the lock of process $pid, which is no more"
      rm "$lock"
    fi
  done < <(find "$STATE/.pulumi/locks" -path "*/kubeadm-ha/$1/*.json" 2>/dev/null)
  if [[ -n $running ]]; then
    echo "$running"
  elif [[ -f $(stack_checkpoint "$1") ]]; then
    # A checkpoint is replaced atomically, its attributes (a checksum) are not: empty ones are an error ("EOF"), none
    # are not.
    find "$(dirname "$(stack_checkpoint "$1")")" -name "$1.json*.attrs" -empty -delete
  fi
}

# own_engines: those of podman and docker that answer, with podman's settings.
own_engines() {
  local engine
  if [[ -f $(containers_conf) ]]; then
    CONTAINERS_CONF=$(containers_conf)
    export CONTAINERS_CONF
  fi
  for engine in podman docker; do
    ! "$engine" info >/dev/null 2>&1 || echo "$engine"
  done
}

# owner STACK: the label of all that this state directory made for it.
owner() { echo "kubeadm-ha.owner=$1@file://$STATE"; }

# stopped STACK: the containers of this state directory's machines that stand still, as "ENGINE NAME" each: a boot of
# this machine starts none of them.
stopped() {
  local engine
  for engine in $(own_engines); do
    "$engine" container ls --all --filter "label=$(owner "$1")" --format '{{.Names}} {{.Status}}' |
      awk -v engine="$engine" '$2 == "Exited" { print engine, $1 }'
  done
}

# remains STACK [all]: what container engines hold of it, one "ENGINE KIND ID" per line, users before what they use;
# with 'all', also what other state directories made.
remains() {
  local engine kind all label
  label=$(owner "$1")
  # One label, since engines do not agree on what several filters mean together.
  [[ ${2:-} != all ]] || label=kubeadm-ha.stack=$1
  for engine in $(own_engines); do
    for kind in container volume network; do
      all=()
      [[ $kind != container ]] || all=(--all)
      "$engine" "$kind" ls --quiet "${all[@]}" --filter "label=$label" | sed "s/^/$engine $kind /"
    done
  done
}
