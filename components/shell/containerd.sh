#!/usr/bin/env bash
# containerd and the kubelet as services. Sourced, never run. Input: software/proxy.conf and software/certs.d/ (a folder
# for each registry: hosts.toml, and ca.crt where it has a CA of its own), where configured.
load before software-put

CONTAINERD_DROP_IN=/etc/systemd/system/containerd.service.d/kubeadm-ha-proxy.conf
CONTAINERD_DATA=/var/lib/containerd
# Is there as soon as containerd has run.
CONTAINERD_DATABASE=$CONTAINERD_DATA/io.containerd.metadata.v1.bolt/meta.db
# The fingerprint of what the services were started with.
CONTAINERD_STARTED=$STATE/started
# What containerd knows of registries. It reads that again for each image, so that nothing is started again for it.
CONTAINERD_CERTS=/etc/containerd/certs.d
# The files there that came from here, one a line.
CONTAINERD_MIRRORS=$STATE/mirrors

# What a package would change by itself: whether the services start with the machine, and that containerd has data.
containerd_note_before() {
  before_note_enabled containerd
  before_note_enabled kubelet
  [ -e "$CONTAINERD_DATABASE" ] || note_before "$CONTAINERD_DATABASE"
}

# containerd_place CONFIG: its configuration, and what it is to know of proxies and registries.
containerd_place() {
  local file
  software_put "$1" /etc/containerd/config.toml 0644
  # A CA is there before a file names it, and goes after that.
  for file in $(containerd_hosts_wanted); do
    software_put "$INPUT/software/certs.d/$file" "$CONTAINERD_CERTS/$file" "$(containerd_hosts_mode "$file")"
  done
  for file in $(containerd_hosts_stale); do
    software_keep "$CONTAINERD_CERTS/$file"
    rm -f "$CONTAINERD_CERTS/$file"
    # A folder of a registry, even an empty one, comes before what holds for all registries.
    rmdir "$CONTAINERD_CERTS/${file%/*}" 2>/dev/null || true
  done
  containerd_hosts_wanted >"$INPUT/mirrors"
  software_put "$INPUT/mirrors" "$CONTAINERD_MIRRORS" 0644
  if [ -f "$INPUT/software/proxy.conf" ]; then
    software_put "$INPUT/software/proxy.conf" "$CONTAINERD_DROP_IN" 0644
  elif [ -f "$CONTAINERD_DROP_IN" ]; then
    software_keep "$CONTAINERD_DROP_IN"
    rm -f "$CONTAINERD_DROP_IN"
  fi
}

# containerd_hosts_wanted: the files of registries that are configured, those of CAs first.
containerd_hosts_wanted() {
  [ ! -d "$INPUT/software/certs.d" ] || (cd "$INPUT/software/certs.d" && find . -type f -printf '%P\n') | sort -t / -k 2
}

# containerd_hosts_mode FILE: a password is in what logs in.
containerd_hosts_mode() {
  if grep -q '^ *Authorization = ' "$INPUT/software/certs.d/$1"; then echo 0600; else echo 0644; fi
}

# containerd_hosts_stale: files that came from here and are not configured any more, those of CAs last. A line without a
# file is one of version 0.1: of a registry whose mirror came from here.
containerd_hosts_stale() {
  local file
  [ -f "$CONTAINERD_MIRRORS" ] || return 0
  while read -r file; do
    [[ $file == */* ]] || file+=/hosts.toml
    [ -f "$INPUT/software/certs.d/$file" ] || echo "$file"
  done < <(sort -t / -r -k 2 "$CONTAINERD_MIRRORS")
}

# containerd_hosts_differ: whether what is known of a registry is not in place as it is configured.
containerd_hosts_differ() {
  local file
  for file in $(containerd_hosts_wanted); do
    is_in_place "$INPUT/software/certs.d/$file" "$CONTAINERD_CERTS/$file" "$(containerd_hosts_mode "$file")" || return 0
  done
  [ -n "$(containerd_hosts_stale)" ]
}

# containerd_runs_with FINGERPRINT: whether the services were started with this. It is kept beside them, and not known
# from what this run changed: an earlier one may have been interrupted in between.
containerd_runs_with() {
  systemctl is-active --quiet containerd && [ "$(cat "$CONTAINERD_STARTED" 2>/dev/null)" = "$1" ]
}

# containerd_start FINGERPRINT: starts both services with what is in place now. Pods go on running.
containerd_start() {
  begin "starting containerd"
  mkdir -p "$MANIFESTS"
  containerd_restart
  poll 60 "containerd to answer" containerd_answers
  mkdir -p "$STATE"
  echo "$1" >"$CONTAINERD_STARTED"
}

containerd_restart() {
  systemctl daemon-reload
  # Enabled, or a rebooted control plane would not come back (its Node would even look Ready for a while).
  systemctl enable --quiet containerd kubelet
  systemctl restart containerd
  # Its restarts are counted from here on; nothing is of a unit that systemd has not loaded.
  systemctl reset-failed kubelet 2>/dev/null || true
  systemctl try-restart kubelet
}

containerd_answers() {
  ctr --connect-timeout 2s version
}
