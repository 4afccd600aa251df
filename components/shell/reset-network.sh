#!/usr/bin/env bash
# What pods and Services had in the kernel of a machine: interfaces and the packet filter. Sourced, never run.
load node

# The chains of kube-proxy, the kubelet and flannel. CNI plugins note with each rule whose it is; ours is flannel's
# network, "cbr0".
RESET_NETWORK_CHAINS='^(KUBE|FLANNEL)-'
RESET_NETWORK_NOTE='name: \\"cbr0\\"'
# Both backends and both families; a machine may have used either.
RESET_NETWORK_FILTERS=(iptables-nft iptables-legacy ip6tables-nft ip6tables-legacy iptables ip6tables)

reset_network() {
  local filter
  begin "clearing the pod network on $(hostname)"
  reset_network_ipvs
  reset_network_host_ports
  for filter in "${RESET_NETWORK_FILTERS[@]}"; do
    ! command -v "$filter-save" >/dev/null || reset_network_filter "$filter"
  done
  reset_network_sets
  # Where packages have no plugin of that name, flannel itself brings it.
  [ ! -f /etc/cni/net.d/10-flannel.conflist ] || ! reset_software_has_packages || rm -f /opt/cni/bin/flannel
  node_clear_network
}

# reset_network_filter PROGRAM: what of it is ours goes in one piece for each table, and nobody else's rule is touched.
reset_network_filter() {
  timeout 20 "$1-save" 2>/dev/null >"$INPUT/filter" || return 0
  reset_network_removal "$INPUT/filter" >"$INPUT/removal"
  [ -s "$INPUT/removal" ] || return 0
  timeout 30 "$1-restore" -w 10 --noflush <"$INPUT/removal" 2>"$INPUT/refused" ||
    fail "$1 on $(hostname) still has rules of Kubernetes: $(tail -n 1 "$INPUT/refused")" "" \
      "'$1-save' there shows them; 'pulumi up' goes on"
}

# reset_network_removal FILE: of what iptables-save printed, what iptables-restore takes it away by.
reset_network_removal() {
  awk -v chains="$RESET_NETWORK_CHAINS" -v note="$RESET_NETWORK_NOTE" '
    function target(  i) {
      for (i = 2; i < NF; i++) if ($i == "-j" || $i == "-g") return $(i + 1)
      return ""
    }
    # Those of host ports are shared: they go when nobody else has any.
    NR == FNR && /^\*/ { table = $1 }
    NR == FNR && /^:/ && substr($1, 2) ~ chains { ours[table, substr($1, 2)] = 1 }
    NR == FNR && /^:CNI-HOSTPORT-/ { shared[table, substr($1, 2)] = 1 }
    NR == FNR && /^-A/ && index($0, note) { noted[table] = 1; if (target() ~ /^CNI-/) ours[table, target()] = 1; next }
    NR == FNR && /^-A CNI-HOSTPORT-DNAT / { others[table] = 1 }
    NR == FNR { next }
    FNR == 1 {
      for (key in shared) { split(key, part, SUBSEP); if (noted[part[1]] && !others[part[1]]) ours[key] = 1 }
    }
    /^\*/ { table = $1; body = flush = drop = "" }
    /^:/ && (table, substr($1, 2)) in ours {
      flush = flush "-F " substr($1, 2) "\n"; drop = drop "-X " substr($1, 2) "\n"
    }
    /^-A/ && !((table, $2) in ours) && ((table, target()) in ours || index($0, note)) {
      sub(/^-A/, "-D"); body = body $0 "\n"
    }
    /^COMMIT/ && (body flush) != "" { printf "%s\n%s%s%sCOMMIT\n", table, body, flush, drop }' "$1" "$1"
}

# Host ports where the plugin works with nftables: it notes with each rule whose it is, in a table that is shared with
# other users of CNI. Which were ours CNI has written down.
reset_network_host_ports() {
  local family ids
  [ -d /var/lib/cni/results ] || return 0
  ids=$(find /var/lib/cni/results -name 'cbr0-*' -printf '%f\n' | sed -E 's/^cbr0-(.*)-[^-]*$/\1/' | xargs)
  [ -n "$ids" ] && command -v nft >/dev/null || return 0
  for family in ip ip6; do
    timeout 10 nft -a list table "$family" cni_hostport 2>/dev/null | awk -v ids=" $ids " -v family="$family" '
      $1 == "chain" { chain = $2 }
      match($0, /comment "[^"]*"/) && index(ids, " " substr($0, RSTART + 9, RLENGTH - 10) " ") {
        print "delete rule", family, "cni_hostport", chain, "handle", $NF
      }' >"$INPUT/host-ports" || true
    [ ! -s "$INPUT/host-ports" ] || timeout 10 nft -f "$INPUT/host-ports" ||
      fail "nftables on $(hostname) still has host ports of pods" "" "'nft list table $family cni_hostport' shows them"
  done
}

# Virtual servers of a kube-proxy that was told to use IPVS: those at its own interface, and at ports of nodes.
reset_network_ipvs() {
  local addresses kind server rest
  [ -e /sys/class/net/kube-ipvs0 ] || return 0
  addresses=" $(ip -o address show dev kube-ipvs0 | awk '{ sub(/\/.*/, "", $4); print $4 }' | xargs) "
  if command -v ipvsadm >/dev/null; then
    while read -r _ kind server rest; do
      if [[ $addresses == *" $(tr -d '[]' <<<"${server%:*}") "* ]] ||
        { [ "${server##*:}" -ge 30000 ] && [ "${server##*:}" -le 32767 ]; }; then
        timeout 10 ipvsadm -D "$kind" "$server" || true
      fi
    done < <(timeout 10 ipvsadm -Sn | grep '^-A')
  else
    say "note: $(hostname) has no ipvsadm; what kube-proxy has in IPVS stays until the next boot"
  fi
  timeout 10 ip link delete kube-ipvs0 2>/dev/null || true
}

reset_network_sets() {
  local name
  command -v ipset >/dev/null || return 0
  for name in $(timeout 10 ipset list -n 2>/dev/null | grep '^KUBE-' || true); do
    timeout 10 ipset destroy "$name" 2>/dev/null || true
  done
}
