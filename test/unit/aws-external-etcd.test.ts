import { isSoundOnAws } from "../support/aws-graph";

isSoundOnAws("aws-external-etcd", {
  ways: ["external etcd", "apiCidrs", "internet-facing"],
  voters: 5,
  volume: { size: 40, iops: 6000, throughput: 250 },
  tags: { team: "platform" },
  internal: false,
  cloudProvider: true,
});
