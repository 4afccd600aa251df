# shellcheck shell=bash disable=SC2034
# The container engine that carries the machines: found, or installed, and configured where the defaults cannot work.
# Sourced.

# engine_usable podman|docker: whether this user may use it now. podman only as root: without, machines have no
# addresses that others reach.
engine_usable() {
  case $1 in
    podman) [[ $EUID == 0 ]] && podman info ;;
    docker) docker info ;;
    *) die "ENGINE is $1; allowed: podman, docker" ;;
  esac >>"$LOG" 2>&1
}

# engines: those to ask, in order: the one that is asked for; else the one of the last time, since another one would
# make every machine again; else podman, which needs no daemon. Docker gives a machine every capability or does not
# start it, so it is not a choice where one is missing.
engines() {
  if [[ -n ${ENGINE:-} ]]; then
    echo "$ENGINE"
    return
  fi
  cat "$CACHE/engine" 2>/dev/null || true
  echo podman
  ! has_sys_resource || echo docker
}

# engine_find: sets ENGINE (podman or docker), and CONTAINERS_CONF where needed; installs podman where there is none.
engine_find() {
  local engine
  engine_configure
  for engine in $(engines); do
    if engine_usable "$engine"; then
      ENGINE=$engine
      return
    fi
  done
  [[ ${ENGINE:-} != docker ]] ||
    die "ENGINE is docker, which does not answer 'docker info':" \
      "start it, let $(id -un) use it (usermod -aG docker $(id -un)), or leave ENGINE out"
  [[ $EUID == 0 ]] ||
    die "no container engine that $(id -un) may use:" \
      "run as root, or join the group docker (usermod -aG docker $(id -un))"
  # runc only where crun, which podman comes with, cannot work: the containerd.io of docker-ce is in its way.
  if cgroup_v1; then apt_install podman runc; else apt_install podman; fi
  engine_configure
  logged podman info
  ENGINE=podman
}

# has_sys_resource: whether limits may be raised above the caller's own (CAP_SYS_RESOURCE, bit 24). Of the bounding set,
# since a daemon may have what the caller has not.
has_sys_resource() { (($(awk '/^CapBnd/ { print "0x" $2 }' /proc/self/status) >> 24 & 1)); }

# cgroup_v1: also the hybrid layout, whose second hierarchy holds no controllers.
cgroup_v1() { [[ $(stat -fc %T /sys/fs/cgroup) != cgroup2fs ]]; }

# engine_configure: podman's settings for a machine that needs any, in a file of the lab's own ($CONTAINERS_CONF, see
# containers.conf(5)).
engine_configure() {
  local file settings='' limit
  file=$(containers_conf)
  if ! has_sys_resource; then
    # podman asks for a million, which nobody without CAP_SYS_RESOURCE can grant; and it lowers its own nproc to its
    # nofile before it starts anything.
    limit=$(ulimit -Hn):$(ulimit -Hn)
    settings+=$'[containers]\n'"default_ulimits = [\"nofile=$limit\", \"nproc=$limit\"]"$'\n'
  fi
  if cgroup_v1; then # whose hybrid layout crun refuses
    settings+=$'[engine]\nruntime = "runc"\n'
  fi
  if [[ -z $settings ]]; then
    rm -f "$file"
    return
  fi
  printf '%s' "$settings" >"$file"
  export CONTAINERS_CONF=$file
}

# INOTIFY: how many inotify instances the machines of a few clusters need; each takes about 20, and they all count as
# the same user's. The kernel's default of 128 is for one person's desktop: beyond it a kubelet starts over and over
# (https://kind.sigs.k8s.io/docs/user/known-issues/).
INOTIFY=512
inotify_instances() { cat /proc/sys/fs/inotify/max_user_instances; }

# inotify_ensure: guarantees them, until the next boot.
inotify_ensure() {
  (($(inotify_instances) < INOTIFY)) || return 0
  sysctl -qw "fs.inotify.max_user_instances=$INOTIFY" 2>>"$LOG" ||
    die "fs.inotify.max_user_instances is $(inotify_instances), the lab needs $INOTIFY, and this user may not set it:" \
      "run 'sudo sysctl -w fs.inotify.max_user_instances=$INOTIFY'"
}
