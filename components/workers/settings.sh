#!/usr/bin/env bash
# Brings the kubelet of a living worker to the settings that the cluster has published by now.
#
#   settings.sh NODE NAMESPACES
#
# NAMESPACES: as for join.sh. Input: kubelet.yaml (what is configured; another one is the reason to look), patches/ (optional).
# Guarantees: pods go on running; a kubelet that does not come up gets back what it had, and the step fails; a run that was
# interrupted is gone on with. The way is that of https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-reconfigure/
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/remote/lib.sh
. "$here/../remote/lib.sh"
# shellcheck source=components/control-plane/member.sh
. "$here/../control-plane/member.sh"
# shellcheck source=components/control-plane/ready.sh
. "$here/../control-plane/ready.sh"
# shellcheck source=components/control-plane/former.sh
. "$here/../control-plane/former.sh"
# shellcheck source=components/control-plane/kubelet.sh
. "$here/../control-plane/kubelet.sh"

KUBECONFIG=/etc/kubernetes/kubelet.conf
CONFIG=/var/lib/kubelet/config.yaml

# kubeadm writes what is published, with the patches of this machine, over what is there.
write_published() {
  local patches=()
  [ ! -d /etc/kubernetes/patches ] || patches=(--patches /etc/kubernetes/patches)
  # What an interrupted run had begun with is the former one still.
  [ -f "$FORMER/config.yaml" ] || place "$CONFIG" "$FORMER/config.yaml" 0600 || true
  logged settings kubeadm upgrade node phase kubelet-config --kubeconfig "$KUBECONFIG" "${patches[@]}" || return
  # Its own copy of the former settings, a new one each time.
  rm -rf /etc/kubernetes/tmp
}

go_back() {
  local words
  words=$(kubelet_words)
  put_back
  (await_kubelet "$1") || fail "the kubelet of $1 comes up neither with the changed settings nor with the former ones: $words" "" \
    "'journalctl -u kubelet' on $1 says why"
  proved
  fail "the kubelet of $1 does not come up with the changed settings: ${words:-it says nothing}" \
    "what it is healthy with; $1 is back at its former settings" "correct the configuration, then 'pulumi up'"
}

main() {
  local node=$1 namespaces=$2
  mkdir -p "$LOGS"
  begin "comparing the settings of $node"
  place_patches
  write_published || {
    put_back
    fail "kubeadm could not read the settings that the cluster has published" "" "see $LOGS/settings.log on $node"
  }
  chmod 0600 "$CONFIG"
  if cmp -s "$CONFIG" "$FORMER/config.yaml"; then
    proved
    say "$node has the settings of the configuration"
    return
  fi
  begin "changing the kubelet of $node"
  (restart_kubelet "$node") || go_back "$node"
  wait_until_ready "$node" "$namespaces"
  proved
  say "$node has the settings of the configuration; its kubelet was started anew"
}

main "$@" </dev/null
