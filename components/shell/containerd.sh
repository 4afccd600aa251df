#!/usr/bin/env bash
# containerd and the kubelet as services. Sourced, never run. Input: software/proxy.conf and software/certs.d/ (mirrors
# by registry), where configured.
load before software-put

CONTAINERD_DROP_IN=/etc/systemd/system/containerd.service.d/kubeadm-ha-proxy.conf
CONTAINERD_DATA=/var/lib/containerd
# Is there as soon as containerd has run.
CONTAINERD_DATABASE=$CONTAINERD_DATA/io.containerd.metadata.v1.bolt/meta.db
# The fingerprint of what the services were started with.
CONTAINERD_STARTED=$STATE/started
# Registries whose mirrors came from here, one a line.
CONTAINERD_MIRRORS=$STATE/mirrors

# What a package would change by itself: whether the services start with the machine, and that containerd has data.
containerd_note_before() {
  before_note_enabled containerd
  before_note_enabled kubelet
  [ -e "$CONTAINERD_DATABASE" ] || note_before "$CONTAINERD_DATABASE"
}

# containerd_place CONFIG: its configuration, and what it is to know of proxies and registries. The latter it reads
# again each time.
containerd_place() {
  local hosts
  software_put "$1" /etc/containerd/config.toml 0644
  for hosts in $(containerd_stale_hosts); do
    software_keep "$hosts"
    rm -f "$hosts"
  done
  for hosts in "$INPUT"/software/certs.d/*; do
    [ ! -f "$hosts" ] || software_put "$hosts" "$(containerd_hosts "${hosts##*/}")" 0644
  done
  (cd "$INPUT/software/certs.d" 2>/dev/null && ls) >"$INPUT/software/mirrors" || true
  software_put "$INPUT/software/mirrors" "$CONTAINERD_MIRRORS" 0644
  if [ -f "$INPUT/software/proxy.conf" ]; then
    software_put "$INPUT/software/proxy.conf" "$CONTAINERD_DROP_IN" 0644
  elif [ -f "$CONTAINERD_DROP_IN" ]; then
    software_keep "$CONTAINERD_DROP_IN"
    rm -f "$CONTAINERD_DROP_IN"
  fi
}

# containerd_hosts REGISTRY: the file that names its mirror.
containerd_hosts() {
  echo "/etc/containerd/certs.d/$1/hosts.toml"
}

# containerd_stale_hosts: files of mirrors that came from here and are not configured any more.
containerd_stale_hosts() {
  local registry
  [ -f "$CONTAINERD_MIRRORS" ] || return 0
  while read -r registry; do
    [ -f "$INPUT/software/certs.d/$registry" ] || containerd_hosts "$registry"
  done <"$CONTAINERD_MIRRORS"
}

# containerd_hosts_differ: whether a mirror is not in place as it is configured. No service is restarted for one.
containerd_hosts_differ() {
  local hosts
  for hosts in "$INPUT"/software/certs.d/*; do
    [ ! -f "$hosts" ] || cmp -s "$hosts" "$(containerd_hosts "${hosts##*/}")" || return 0
  done
  [ -n "$(containerd_stale_hosts)" ]
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
