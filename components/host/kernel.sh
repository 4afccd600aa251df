#!/usr/bin/env bash
# What the kernel has to offer pods. Sourced, never run. Input: ipv6, where the machine has an address of it.

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
  [ ! -f "$INPUT/ipv6" ] || kernel_forward_ipv6 >>"$INPUT/sysctl.conf"
  place "$INPUT/sysctl.conf" /etc/sysctl.d/90-kubeadm-ha.conf || true
  sysctl -q -p /etc/sysctl.d/90-kubeadm-ha.conf ||
    fail "the kernel settings of /etc/sysctl.d/90-kubeadm-ha.conf could not be set"
}

# kernel_forward_ipv6: prints the settings by which a machine forwards IPv6. A kernel that forwards no longer listens to
# routers, and its default route would end with the last word that it heard from one: where it has it from there, it is
# to go on listening.
# https://docs.kernel.org/networking/ip-sysctl.html
kernel_forward_ipv6() {
  local link
  [ -e /proc/sys/net/ipv6/conf/all/forwarding ] || fail "the kernel of $(hostname) has no IPv6" "one that has it" \
    "boot it without ipv6.disable=1, or give the machine addresses of IPv4 alone"
  while read -r link; do
    case $(cat "/proc/sys/net/ipv6/conf/$link/accept_ra") in
      1 | 2) echo "net/ipv6/conf/$link/accept_ra = 2" ;;
    esac
  done < <(ip -6 route show default proto ra | sed -n 's/.* dev \([^ ]*\).*/\1/p' | sort -u)
  printf '%s = 1\n' net.ipv6.conf.all.forwarding net.ipv6.conf.default.forwarding
}
