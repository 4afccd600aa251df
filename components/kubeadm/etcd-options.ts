/** What etcd's history is cut by. */
export const AutoCompactionMode = { Periodic: "periodic", Revision: "revision" } as const;
export type AutoCompactionMode = (typeof AutoCompactionMode)[keyof typeof AutoCompactionMode];

/** What can be tuned about etcd, whether it is stacked or external; the same on every member. */
export interface EtcdOptions {
  /**
   * Milliseconds between two heartbeats of the leader; about a round trip between the members
   * (https://etcd.io/docs/v3.6/tuning/).
   * @default 100
   */
  heartbeatInterval?: number;
  /**
   * Milliseconds without a heartbeat after which a member stands for election; at least 5, better 10 heartbeats.
   * @default 1000
   */
  electionTimeout?: number;
  /**
   * Bytes that the database may have before etcd refuses to write; 8 GiB at most is suggested
   * (https://etcd.io/docs/v3.6/dev-guide/limit/).
   * @default 2 GiB, as etcd has it
   */
  quotaBackendBytes?: number;
  /**
   * Whether etcd itself cuts its history by time or by revisions. The API servers cut it every 5 minutes anyway.
   * @default none: only the API servers do
   */
  autoCompactionMode?: AutoCompactionMode;
  /**
   * What is kept: a duration such as `8h` in mode periodic, a number of revisions in mode revision.
   * @default none; given together with autoCompactionMode
   */
  autoCompactionRetention?: string;
  /**
   * Transactions after which a snapshot is written to disk.
   * @default 10000
   */
  snapshotCount?: number;
  /**
   * The directory of the data, an absolute path; a file system of its own is best. It cannot be changed on a living
   * member.
   * @default "/var/lib/etcd"
   */
  dataDir?: string;
  /**
   * Further flags by name without the leading dashes.
   * @default none
   */
  extraArgs?: { [flag: string]: string };
  /**
   * Variables of its environment by name, such as `GOMEMLIMIT`. What etcd has a flag for is set by that.
   * @default none
   */
  extraEnvs?: { [name: string]: string };
}
