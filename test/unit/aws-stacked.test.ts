import { isSoundOnAws } from "../support/aws-graph";

isSoundOnAws("aws", { ways: ["stacked etcd", "internal"], voters: 3, internal: true, cloudProvider: false });
