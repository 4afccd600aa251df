#!/usr/bin/env bash
# Tells keepalived how the load balancer on this machine does: ends 0 where all is well. Runs every second, as a user
# without rights, and touches nothing.
#
#   check.sh proxy|api
#
# proxy: something listens on port 6443. api: an API server behind it is ready, and has a certificate of the cluster's
# CA (asked on port 8405, which leads to the same API servers and is not logged).
set -euo pipefail

CA=/etc/keepalived/kubernetes-ca.crt

main() {
  case $1 in
    # Not by connecting, which the load balancer would pass on to an API server.
    proxy) ss -Hltn 'sport = :6443' | grep -q . ;;
    api) curl --silent --fail --output /dev/null --max-time 2 --noproxy '*' --cacert "$CA" \
      --resolve kubernetes:8405:127.0.0.1 https://kubernetes:8405/readyz ;;
    *) return 2 ;;
  esac
}

main "$@" </dev/null
