import { isSoundOnAws } from "../support/aws-graph";

isSoundOnAws("aws-external-etcd", {
  ways: ["external etcd", "apiCidrs", "internet-facing"],
  voters: 5,
  internal: false,
  cloudProvider: true,
});
