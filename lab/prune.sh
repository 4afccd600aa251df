# shellcheck shell=bash
# What the cache holds of times past, and who may still have use for it. Sourced.

# bundles_prune: removes the bundles that nobody has use for: no clone's setup asked for it in a week, no machine mounts
# it, it is older than a day, and two are newer.
bundles_prune() {
  local bundle old used
  find "$CACHE" -maxdepth 1 -name 'lab-*.json' -mtime +6 -delete
  old=$(find "$CACHE/bundle" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn |
    awk -v yesterday=$((EPOCHSECONDS - 86400)) 'NR > 2 && $1 < yesterday { sub(/^[^ ]+ /, ""); print }')
  [[ -n $old ]] || return 0
  used=$(cat "$CACHE"/lab-*.json && machine_mounts)
  while read -r bundle; do
    [[ $used == *"$bundle"* ]] || rm -rf "$bundle"
  done <<<"$old"
  find "$CACHE/bundle" -maxdepth 1 -xtype l -delete
}

# machine_mounts: what machines of any stack mount, of whichever engine.
machine_mounts() {
  local engine
  for engine in $(own_engines); do
    "$engine" container ls --all --quiet --filter label=kubeadm-ha.stack |
      xargs -r "$engine" container inspect --format '{{json .HostConfig.Binds}}'
  done
}
