#!/usr/bin/env bash
# What the kernel has to offer pods. Sourced, never run.

# https://kubernetes.io/docs/setup/production-environment/container-runtimes/#prerequisite-ipv4-forwarding-optional
kernel_settings() {
  printf 'overlay\nbr_netfilter\n' >"$INPUT/modules.conf"
  place "$INPUT/modules.conf" /etc/modules-load.d/kubeadm-ha.conf || true
  modprobe -a overlay br_netfilter 2>/dev/null || true
  printf '%s = 1\n' net.ipv4.ip_forward net.bridge.bridge-nf-call-iptables net.bridge.bridge-nf-call-ip6tables \
    >"$INPUT/sysctl.conf"
  if [ ! -e /proc/sys/net/bridge/bridge-nf-call-iptables ]; then
    # A kernel without br_netfilter: pods of one node then reach each other's Services only through another node.
    say "note: the kernel offers no br_netfilter"
    sed -i '/bridge-nf/d' "$INPUT/sysctl.conf"
  fi
  place "$INPUT/sysctl.conf" /etc/sysctl.d/90-kubeadm-ha.conf || true
  sysctl -q -p /etc/sysctl.d/90-kubeadm-ha.conf ||
    fail "the kernel settings of /etc/sysctl.d/90-kubeadm-ha.conf could not be set"
}
