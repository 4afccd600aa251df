# shellcheck shell=bash disable=SC2034
# Every version that the lab pins, in one place. Sourced; a change here gives the artifacts made from it a new name in the cache.

KUBERNETES=1.36.3
ETCD=3.6.8
ETCD_IMAGE=$ETCD-0 # upstream counts its image builds
COREDNS=1.14.2
PAUSE=3.10.2
CONTAINERD=2.2.2
CNI_PLUGINS=1.9.1
CNI_FLANNEL=0.9.1 # the last release of containernetworking/plugins that holds plugins/meta/flannel
FLANNEL=0.26.7    # what later releases depend on cannot be had as modules
DEBIAN=bookworm

PULUMI=3.259.0
PULUMI_NODEJS=3.68.0 # the last SDK module that holds the Node language host; drives newer SDKs as well
PULUMI_COMMAND=1.2.1
PULUMI_TLS=5.6.1
