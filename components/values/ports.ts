/** The port of the API, in front of the load balancer and behind it. */
export const apiPort = 6443;

/** Where a member of etcd answers clients. */
export const etcdClientPort = 2379;

/** Where a member of etcd answers the other members. */
export const etcdPeerPort = 2380;

/** Where a member of etcd tells its metrics and its health, on loopback only. */
export const etcdMetricsPort = 2381;

/** The port of a kubelet. */
export const kubeletPort = 10250;

/** The port of sshd, unless a machine has another one. */
export const sshPort = 22;

/** The port of the statistics, on loopback only. */
export const statsPort = 8404;

/** A way to the API that is not logged, on loopback only: for keepalived's check. */
export const checkPort = 8405;
