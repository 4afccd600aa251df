# shellcheck shell=bash disable=SC2034
# Every version that the lab pins, in one place, but those that go with Kubernetes: they are in the product's table.
# Sourced; a change gives the artifacts made from it a new name in the cache.

RELEASES=$ROOT/components/cluster/releases.json

# release KEY: the version in the row of this minor of Kubernetes. The table has a line for each.
release() {
  sed -n "/\"${KUBERNETES%.*}\": {/,/}/s/^ *\"$1\": \"\(.*\)\",\{0,1\}$/\1/p" "$RELEASES"
}

KUBERNETES=1.36.3
ETCD_IMAGE=$(release etcd) # upstream counts its image builds
ETCD=${ETCD_IMAGE%-*}
COREDNS=$(release coredns)
PAUSE=$(release pause)
CONTAINERD=2.2.2
CNI_PLUGINS=1.9.1
CNI_FLANNEL=0.9.1          # the last release of containernetworking/plugins that holds plugins/meta/flannel
FLANNEL=$(release flannel) # what releases after 0.26.7 depend on cannot be had as modules
DEBIAN=bookworm

PULUMI=3.259.0
PULUMI_NODEJS=3.68.0 # the last SDK module that holds the Node language host; drives newer SDKs as well
PULUMI_YAML=1.25.0   # its YAML language host
PULUMI_COMMAND=1.2.1
PULUMI_TLS=5.6.1

SHFMT=3.14.1
