#!/usr/bin/env bash
# What previews cost, in CPU seconds and seconds of all processes, and in memory of the program. Sourced after ways.sh,
# never run. Whatever is made here is in $files, a backend of its own included.
# shellcheck disable=SC2154  # here, files: set by ways.sh and whoever sources it

PAIRS=5

# pulumi_here ARGUMENT...: in the group of processes that a terminal interrupts, so that it ends with us; what it leaves
# in temporary files then goes with $files.
pulumi_here() { TMPDIR=$files timeout --foreground --kill-after=30 1800 pulumi "$@" --non-interactive; }

# aside ARGUMENT...: the engine with a backend that is thrown away.
aside() { PULUMI_BACKEND_URL=file://$files/state pulumi_here "$@"; }

# taken COMMAND...: runs it, and prints the CPU seconds and the seconds that it took, with all that it has started.
taken() {
  local log=$LOGS/preview.log TIMEFORMAT='%U %S %R'
  { time "$@" >"$log" 2>&1; } 2>"$files/time" ||
    die "a preview failed; the end of $log: $(tail -n 15 "$log")"
  awk '{ print $1 + $2, $3 }' "$files/time"
}

# script FILE ARGUMENT...: TypeScript of this directory.
script() { (cd "$ROOT" && TMPDIR=$files node -r ts-node/register/transpile-only "$here/$1" "${@:2}"); }

# aside_init PROJECT STACK: a stack in that backend, of the project in a directory.
aside_init() {
  mkdir -p "$files/state"
  aside stack init --cwd "$1" --no-select "$2" >"$LOGS/stack.log" 2>&1 ||
    die "stack $2 could not be made; see $LOGS/stack.log"
}

# The least that a program can be. Only the SDK is in reach of it, so that no plugin of other packages is looked for.
empty_up() {
  local project=$files/empty
  mkdir -p "$project/node_modules/@pulumi"
  ln -s "$ROOT/node_modules/@pulumi/pulumi" "$project/node_modules/@pulumi"
  printf '%s\n' 'name: empty' 'runtime: { name: nodejs, options: { typescript: false } }' >"$project/Pulumi.yaml"
  # Without one, what a package.json further up names would be the program.
  echo '{ "main": "index.js" }' >"$project/package.json"
  echo 'require("@pulumi/pulumi");' >"$project/index.js"
  aside_init "$project" empty
  aside up --cwd "$project" --stack empty --yes --skip-preview >"$LOGS/empty.log" 2>&1 ||
    die "the empty program failed; the end of $LOGS/empty.log: $(tail -n 15 "$LOGS/empty.log")"
}

preview_empty() { aside preview --cwd "$files/empty" --stack empty --expect-no-changes; }

# Without lab/pulumi, which would look for machines and stacks first; its `up` has left the file here.
preview_pulumi() {
  pulumi_here preview --cwd "$ROOT" --stack bench-pulumi --config-file "$STATE/config/Pulumi.bench-pulumi.yaml" \
    --expect-no-changes
}

# unchanged: previews with nothing to do, of an empty program and of the living stack, in alternating order. Notes a
# line for each pair.
unchanged() {
  local pair order program
  local -A used
  empty_up
  for ((pair = 1; pair <= PAIRS; pair++)); do
    order=(empty pulumi)
    ((pair % 2)) || order=(pulumi empty)
    for program in "${order[@]}"; do used[$program]=$(taken "preview_$program"); done
    echo "${used[empty]} ${used[pulumi]}" >>"$files/unchanged"
  done
}

unchanged_report() {
  echo "Previews with nothing to do, of the last cluster and of a program of one line that loads Pulumi's SDK: median"
  echo "(range) of $PAIRS each, in turn; the ratio is that of two in a row."
  script report.ts unchanged <"$files/unchanged"
}

preview_workers() {
  BENCH_USAGE=$files/memory NODE_OPTIONS="${NODE_OPTIONS:-} --require \"$here/usage.js\"" \
    aside preview --cwd "$ROOT" --stack workers --config-file "$files/workers.yaml"
}

# previews WORKERS...: a first preview for each number of workers.
previews() {
  local project=$files/project results=$files/previews workers used memory
  mkdir -p "$project"
  cp "$ROOT/Pulumi.yaml" "$project"
  aside_init "$project" workers
  node "$ROOT/build/compile.js"
  for workers in $(printf '%s\n' "$@" | sort -nu); do
    say "previewing; workers: $workers"
    script workers.ts "$files" "$workers" "$KUBERNETES"
    cat "$project/stacks/Pulumi.workers.yaml" "$files/stack.yaml" >"$files/workers.yaml"
    rm -f "$files/memory"
    used=$(taken preview_workers)
    memory=$(<"$files/memory")
    echo "$workers $used $memory" >>"$results"
  done
  echo "First previews of three control planes, a load balancer and workers: CPU of engine, program and plugins,"
  echo "the most memory of the program; /worker: what each worker adds to the row before."
  script report.ts previews <"$results"
}
