#!/usr/bin/env bash
# Installs, upgrades or uninstalls a chart in the namespace kube-system, with the helm of this machine.
#
#   helm.sh install NAME REPOSITORY VERSION
#   helm.sh uninstall NAME
#
# Environment: KUBECONFIG_TEXT (a kubeconfig; kept in a file for root only while this runs) and VALUES (YAML).
# Guarantees: what is there as asked for stays as it is; a release that fails to come up is an error.
set -euo pipefail

main() {
  local work
  command -v helm >/dev/null ||
    { echo "error: no helm on this machine; see https://helm.sh/docs/intro/install/" >&2 && exit 1; }
  work=$(mktemp -d)
  # shellcheck disable=SC2064  # the directory's name is wanted now
  trap "rm -rf '$work'" EXIT
  (umask 077 && printf '%s' "$KUBECONFIG_TEXT" >"$work/kubeconfig" && printf '%s' "${VALUES:-}" >"$work/values.yaml")
  export KUBECONFIG=$work/kubeconfig
  case $1 in
    install) helm upgrade --install "$2" "$2" --repo "$3" --version "$4" --namespace kube-system \
      --values "$work/values.yaml" --wait --timeout 10m ;;
    uninstall) helm uninstall "$2" --namespace kube-system --ignore-not-found --wait --timeout 5m ;;
  esac
}

main "$@" </dev/null
