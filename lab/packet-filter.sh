#!/usr/bin/env bash
# Writes a tar of the packet filter's tools to standard output: iptables, nft and conntrack, with every library they are
# linked against or load, and sh, cp, sleep and timeout for hooks. Runs inside a machine, on whose distribution these
# are known to work with each other.
set -euo pipefail

main() {
  local file
  {
    printf '%s\n' /bin /sbin /lib /lib64 # links into /usr
    for file in /usr/sbin/{ip,ip6}tables{,-nft,-legacy}{,-save,-restore} /usr/sbin/xtables-{nft,legacy}-multi \
      /usr/sbin/nft /usr/sbin/conntrack /usr/bin/{sh,dash,cp,sleep,timeout} \
      /etc/alternatives/ip{,6}tables{,-save,-restore} \
      /usr/lib/*/xtables/*.so; do
      echo "$file"
      libraries "$file"
    done
  } | sort -u | tar --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - -C / --no-recursion -P -T -
}

# libraries FILE: each by the name that it is linked under and, where that is a link, by its own.
libraries() {
  local library
  while read -r library; do
    library=/usr${library#/usr}
    echo "$library"
    readlink -f "$library"
  done < <(ldd "$(readlink -f "$1")" | grep -oE '/[^ ]+')
}

main
