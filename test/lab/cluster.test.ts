import { describe } from "vitest";
import { Lab } from "../support/lab";
import { isSecure } from "./cluster/security";
import { aCluster } from "./cluster/suite";

describe("a cluster", () => {
  aCluster(new Lab("cluster"), {
    // Prepare and join on each; init and the network on the first besides; HAProxy on the load balancer.
    dials: { "cp-1": 4, "cp-2": 2, "cp-3": 2, "lb-1": 1 },
    keys: 9,
    besides: isSecure,
  });
});
