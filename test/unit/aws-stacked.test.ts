import { isSoundOnAws } from "../support/aws-graph";

isSoundOnAws("aws", { ways: ["stacked etcd"], voters: 3, internal: true, cloudProvider: false });
