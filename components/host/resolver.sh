#!/usr/bin/env bash
# How the machine finds addresses for names, whether by DNS or by /etc/hosts. Sourced, never run.

# resolver_await NAME: until it finds one for NAME, the API's endpoint. Nothing of a node works without: kubeadm would
# wait for minutes, and say something else.
resolver_await() {
  local name=$1 end=$((SECONDS + 30))
  begin "looking up $name"
  until getent ahosts "$name" >/dev/null; do
    [ "$SECONDS" -lt "$end" ] ||
      fail "$(hostname) finds no address for $name, which the API is reached by (cluster.endpointName)" \
        "that of the load balancer: 'getent ahosts $name' prints it" \
        "make its DNS record, or a line in /etc/hosts of every node; then 'pulumi up' goes on"
    sleep 1
  done
}
