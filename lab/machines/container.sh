#!/usr/bin/env bash
# One machine of the lab, or its network, as a container engine has them. Runs on the machine that is the lab.
#
#   container.sh network up|down ENGINE LAB SUBNET
#   container.sh machine up|down ENGINE LAB NAME ADDRESS IMAGE BUNDLE
#
# SUBNET, ADDRESS: one, or one of each family with a comma between them.
# Input of 'machine up': host_key (private, OpenSSH form) and authorized_keys. Prints the container's id on standard
# output: a new id is a new machine.
# Guarantees: what is there as asked for is left as it is, and started if it stands still; anything else of that name,
# such as what an interrupted run left, is made again. 'down' leaves neither container nor volume nor network, and does
# not fail where there is none. Everything has the labels kubeadm-ha.stack=LAB and kubeadm-ha.owner, which names the
# backend, too; what another backend made is neither taken over nor removed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=components/shell/load.sh
. "$here/../shell/load.sh"

# Data that must not lie on the container's overlay, or that ends with the machine.
volumes=(containerd etcd kubelet)

# ask ARGUMENT…: of the container engine, for what is left of the step's deadline: one that hangs must not hold up a run
# forever. It stays in the process group of the step, which Pulumi ends. Whoever asks may not want to hear of errors; of
# this one everybody has to (4).
exec 4>&2
ask() {
  local status=0 left=$((DEADLINE - SECONDS))
  timeout --foreground -k 5 "$((left > 0 ? left : 1))" "$engine" "$@" 4>&- || status=$?
  case $status in
    124 | 137)
      fail "'$engine $1 $2' has not ended in the $DEADLINE s of this step" "" \
        "see whether '$engine info' answers, and restart the engine if not" 2>&4
      ;;
  esac
  return "$status"
}

network_up() {
  local found
  refuse_others network "$1"
  if ! ask network inspect "$1" >/dev/null 2>&1; then
    network_flags "$2"
    ask network create "${labels[@]}" "${flags[@]}" "$1" >/dev/null
    return
  fi
  found=$(ask network inspect --format "$(subnets)" "$1")
  [ "$found" = "${2//,/ } " ] || fail "network $1 has the addresses ${found% }" "${2//,/ }" \
    "set the subnet back, or take the stack away first (make down STACK=$1): its machines have addresses of the old one"
}

# network_flags SUBNET: sets `flags` to those of a network with just these addresses. Docker has IPv6 only where it is
# asked for, and IPv4 unless it is not; podman goes by the subnets.
network_flags() {
  local subnet
  flags=()
  for subnet in ${1//,/ }; do flags+=(--subnet "$subnet"); done
  [[ $engine != *podman && $1 == *:* ]] || return 0
  flags+=(--ipv6)
  [[ $1 == *.*.*.*/* ]] || flags+=(--ipv4=false)
}

# address_flags ADDRESS: the flags by which a machine gets it.
address_flags() {
  local each
  for each in ${1//,/ }; do
    case $each in *:*) echo "--ip6=$each" ;; *) echo "--ip=$each" ;; esac
  done
}

# subnets: the format in which the engine tells those of a network.
subnets() {
  case $engine in
    *podman) echo '{{range .Subnets}}{{.Subnet}} {{end}}' ;;
    *) echo '{{range .IPAM.Config}}{{.Subnet}} {{end}}' ;;
  esac
}

network_down() {
  refuse_others network "$1"
  ! ask network inspect "$1" >/dev/null 2>&1 || ask network rm "$1" >/dev/null
}

# inspect CONTAINER FORMAT: prints nothing where there is no such container.
inspect() {
  ask container inspect --format "$2" "$1" 2>/dev/null || true
}

# refuse_others container|network NAME: fails when it is there and another backend's.
refuse_others() {
  local format='{{index .Labels "kubeadm-ha.owner"}}' found
  [ "$1" = network ] || format='{{index .Config.Labels "kubeadm-ha.owner"}}'
  found=$(ask "$1" inspect --format "$format" "$2" 2>/dev/null) || return 0
  [ "$found" = "$owner" ] || fail "$1 $2 was made by another user or state directory: ${found:-unknown}" \
    "none of that name, or that of $owner" \
    "choose another stack name, or take that stack away where it was made"
}

# The flags of a container that is a machine. It loads modules of this machine's kernel, such as br_netfilter, where
# they are. Docker has no notion of one that runs systemd; and its own resolver listens on a loopback address, which
# CoreDNS would take for itself, since it asks whom its machine asks: so machines ask whom this machine asks.
machine_flags() {
  [ ! -d /lib/modules ] || echo "--volume=/lib/modules:/lib/modules:ro"
  case $engine in
    *podman) printf '%s\n' --systemd=always --cgroupns=private ;;
    *)
      printf '%s\n' --cgroupns=private --tmpfs=/run --tmpfs=/run/lock --tmpfs=/tmp \
        "--volume=$(resolvers):/etc/resolv.conf:ro"
      ;;
  esac
}

# resolvers: the file that names them; not the one that names systemd's own, on a loopback address, too.
resolvers() {
  local file=/run/systemd/resolve/resolv.conf
  [ -s "$file" ] || file=/etc/resolv.conf
  echo "$file"
}

# On cgroup v1 podman mounts the whole name=systemd hierarchy of this machine over the container's own. There each
# kubelet would find the pods of all the others, and remove their cgroups as orphans.
init='! mountpoint -q /sys/fs/cgroup/systemd || umount -R /sys/fs/cgroup/systemd; exec /sbin/init'

create_machine() {
  local container=$1 spec=$2 volume flags
  mapfile -t flags < <(machine_flags && address_flags "$address")
  for volume in "${volumes[@]}"; do
    ask volume create "${labels[@]}" "$container-$volume" >/dev/null
    flags+=("--volume=$container-$volume:/var/lib/$volume")
  done
  ask create --name "$container" --hostname "$name" --network "$lab" --privileged "${flags[@]}" \
    "${labels[@]}" --label "kubeadm-ha.spec=$spec" \
    --volume "$bundle:/opt/kubeadm-ha/bundle:ro" "$image" sh -c "$init" >/dev/null
  # Before sshd starts: it must never show another host key than the one that connections expect.
  ask cp "$INPUT/host_key" "$container:/etc/ssh/ssh_host_ed25519_key"
  ask cp "$INPUT/authorized_keys" "$container:/root/.ssh/authorized_keys"
}

ssh_banner() {
  local line
  exec 3<>"/dev/tcp/${address%%,*}/22" && read -r -t 5 line <&3 && [[ $line == SSH-* ]]
}

machine_up() {
  local container=$lab-$name spec
  refuse_others container "$container"
  spec=$(cat "$INPUT/host_key" "$INPUT/authorized_keys" - <<<"$address $image $bundle" | sha256sum | cut -d' ' -f1)
  case $(inspect "$container" '{{index .Config.Labels "kubeadm-ha.spec"}} {{.State.Status}}') in
    "$spec running") ;;
    "$spec exited") ask start "$container" >/dev/null ;;
    *)
      machine_down
      create_machine "$container" "$spec"
      ask start "$container" >/dev/null
      ;;
  esac
  poll 120 "sshd of $name to answer" ssh_banner
  inspect "$container" '{{.Id}}'
}

machine_down() {
  local container=$lab-$name volume
  refuse_others container "$container"
  # Killed, not stopped: a systemd that stops in order can take a cgroup with it that its neighbours share (cgroup v1).
  ask container kill --signal KILL "$container" >/dev/null 2>&1 || true
  ask container rm --force --volumes "$container" >/dev/null 2>&1 || true
  for volume in "${volumes[@]}"; do
    ! ask volume inspect "$container-$volume" >/dev/null 2>&1 || ask volume rm --force "$container-$volume" >/dev/null
  done
  [ -z "$(inspect "$container" '{{.Id}}')" ] ||
    fail "container $container could not be removed" "" "$engine rm --force $container"
}

main() {
  engine=$3 lab=$4 owner=$4@${PULUMI_BACKEND_URL:-none}
  labels=(--label "kubeadm-ha.stack=$lab" --label "kubeadm-ha.owner=$owner")
  case "$1 $2" in
    "network up") network_up "$lab" "$5" ;;
    "network down") network_down "$lab" ;;
    "machine "*) name=$5 address=$6 image=$7 bundle=$8 && "machine_$2" ;;
    *) fail "no such verb: $1 $2" "network up|down, machine up|down" ;;
  esac
}

main "$@" </dev/null
