#!/usr/bin/env bash
# Part of a roll-out: the kubelet's configuration and flags, and with them what it tells of its Node. Pods go on running
# meanwhile. Sourced, never run.
load backup

KUBELET_HOME=/var/lib/kubelet
# What a kubelet is told for the moment when it registers its Node. A living Node has it from the roster.
KUBELET_REGISTERS='^--(node-labels|register-with-taints|provider-id)='

kubelet_name() {
  echo "the kubelet"
}

# Its flags count whatever their order.
kubelet_differs() {
  local file differs=()
  for file in config.yaml kubeadm-flags.env; do
    if backup_has "$KUBELET_HOME/$file" ||
      ! cmp -s <(kubelet_sorted "$ROLLOUT_WANTED/$file") <(kubelet_sorted "$KUBELET_HOME/$file"); then
      differs+=("$file")
    fi
  done
  echo "${differs[*]} of the kubelet"
  [ "${#differs[@]}" != 0 ]
}

# kubelet_render: what kubeadm would write today. On a worker, which has the CA's certificate and no key, it would look
# for an external CA: it is shown another directory there, and the one path of that in its output is put right.
kubelet_render() {
  local config=$INPUT/kubeadm.yaml elsewhere=$ROLLOUT_WANTED/none
  if [ ! -f "$PKI/ca.key" ]; then
    config=$ROLLOUT_WANTED/kubelet.yaml
    rollout_certificates_in "$elsewhere" >"$config"
  fi
  rollout_kubeadm kubelet-start --config "$config" --dry-run
  sed -i "s|$elsewhere|$PKI|" "$ROLLOUT_WANTED/config.yaml"
  kubelet_keep_registration "$ROLLOUT_WANTED/kubeadm-flags.env" "$KUBELET_HOME/kubeadm-flags.env"
}

# kubelet_keep_registration WANTED LIVING: has the flags that the kubelet registers with be as the living one has them.
kubelet_keep_registration() {
  local flags
  flags=$(
    kubelet_sorted "$1" | grep -vE "$KUBELET_REGISTERS"
    kubelet_sorted "$2" | grep -E "$KUBELET_REGISTERS" || true
  )
  echo "KUBELET_KUBEADM_ARGS=\"$(xargs <<<"$flags")\"" >"$1"
}

kubelet_sorted() {
  case $1 in
    *.env) tr -d '"' <"$1" | sed 's/^[A-Z_]*=//' | tr ' ' '\n' | sort ;;
    *) cat "$1" ;;
  esac
}

kubelet_apply() {
  local file
  for file in config.yaml kubeadm-flags.env; do
    backup_replace "$ROLLOUT_WANTED/$file" "$KUBELET_HOME/$file"
  done
  kubelet_restart
  kubelet_await "$1"
}

# Its last complaint.
kubelet_log() {
  journalctl -u kubelet -o cat -n 200 | grep -iE 'err|fail' | tail -n 1 | cut -c1-300
}

kubelet_undo() {
  backup_has "$KUBELET_HOME/config.yaml" || return 0
  backup_restore "$KUBELET_HOME/config.yaml" "$KUBELET_HOME/kubeadm-flags.env"
  kubelet_restart
  kubelet_await "$1"
}

# Its restarts are counted from here on: those of a kubelet that did not come up are not those of the one put back.
kubelet_restart() {
  # Nothing is counted of a unit that systemd has not loaded.
  systemctl reset-failed kubelet 2>/dev/null || true
  systemctl restart kubelet
}

kubelet_is_healthy() {
  curl -fsS --max-time 3 http://127.0.0.1:10248/healthz
}

# Ends when it is healthy, or was started three times.
kubelet_has_settled() {
  kubelet_is_healthy || [ "$(systemctl show --property=NRestarts --value kubelet)" -ge 3 ]
}

# kubelet_await NODE: fails when it does not become healthy after a restart.
kubelet_await() {
  poll 120 "the kubelet of $1 to be healthy" kubelet_has_settled
  kubelet_is_healthy >/dev/null
}
