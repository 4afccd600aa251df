import { isSoundOnAws } from "../support/aws-graph";

isSoundOnAws("aws", {
  ways: ["stacked etcd", "internal"],
  voters: 3,
  volume: { size: 20, iops: 3000, throughput: 125 },
  tags: {},
  internal: true,
  cloudProvider: false,
  // A value, too, and one that grants nothing.
  options: { cloudProvider: "none" },
});
