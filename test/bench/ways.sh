#!/usr/bin/env bash
# What measurements share: the same machines, and a cluster on them made in two ways. Sourced, never run; sets engine
# and files. Machines have the lab's label `bench`, the stack is bench-pulumi; nothing of them is left, whatever
# happens. Logs: in the lab's cache, under bench/.
# shellcheck disable=SC2154  # here: the directory of this file, of whoever sources it

# shellcheck source=lab/lib.sh
. "$here/../../lab/lib.sh"

PREFIX=10.89.60
LOGS=$CACHE/bench
STACK_FILE=$ROOT/stacks/Pulumi.bench-pulumi.yaml
machines=(lb-1 cp-1 cp-2 cp-3)

# Deadlines are a multiple of what a slow machine needs.
bounded() { timeout --kill-after=30 "$@"; }

fact() { node -p "require('$KUBEADM_HA_LAB').$1"; }

# Keys, configuration, and the script that makes the lab's machines with its input beside it.
prepare() {
  mkdir "$files/lab" "$files/shell" "$files/input"
  cp "$LAB/machines/container.sh" "$files/lab"
  cp "$ROOT/components/shell/load.sh" "$files/shell"
  ssh-keygen -q -t ed25519 -N '' -C '' -f "$files/client"
  ssh-keygen -q -t ed25519 -N '' -C '' -f "$files/host"
  cp "$files/host" "$files/input/host_key"
  cp "$files/client.pub" "$files/input/authorized_keys"
  (cd "$ROOT" && node -r ts-node/register/transpile-only "$here/files.ts" "$files" "$PREFIX" "$KUBERNETES")
}

# The stack as its user has it before the first `up`: made, and empty.
stack_up() {
  cp "$files/stack.yaml" "$STACK_FILE"
  STACK=bench-pulumi bounded 120 "$LAB/pulumi" config >/dev/null 2>"$LOGS/stack.log" ||
    die "stack bench-pulumi could not be made; see $LOGS/stack.log"
}

machines_up() {
  local i image bundle pids=()
  image=$(fact image) bundle=$(fact bundle.path)
  export DEADLINE=180
  bounded 60 bash "$files/lab/container.sh" network up "$engine" bench "$PREFIX.0/24"
  for i in "${!machines[@]}"; do
    bounded 180 bash "$files/lab/container.sh" machine up "$engine" bench "${machines[i]}" "$PREFIX.1$i" "$image" \
      "$bundle" >/dev/null &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i" || die "a machine of the benchmark did not come up"; done
}

# The stack is destroyed as its user would, while its machines are there.
remove() {
  {
    STACK=bench-pulumi bounded 900 "$LAB/down"
    STACK=bench bounded 300 "$LAB/down" --lost
  } >"$LOGS/down.log" 2>&1 || say "not everything is gone; the end of $LOGS/down.log: $(tail -n 3 "$LOGS/down.log")"
  rm -f "$STACK_FILE"
}

by_hand() { bounded 1500 "$here/by-hand.sh" "$engine" bench "$files/hand"; }

by_pulumi() { STACK=bench-pulumi bounded 1500 "$LAB/pulumi" up --yes --skip-preview --non-interactive; }

# begin AT-END: the lab's environment, and a directory that is gone whatever happens, once AT-END has run.
begin() {
  local environment
  umask 077
  export LC_ALL=C # figures have a point
  mkdir -p "$LOGS"
  environment=$(STACK=bench-pulumi "$LAB/env")
  eval "$environment"
  files=$(mktemp -d)
  # shellcheck disable=SC2064  # the command's name
  trap "$1; "'rm -rf "$files"' EXIT
  trap 'exit 130' HUP INT TERM
}

# setup: to be called first. What a run that was killed left is taken away: its stack would be updated, not made.
setup() {
  begin remove
  engine=$(fact engine)
  remove
  prepare
}
