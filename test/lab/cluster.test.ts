import { describe } from "vitest";
import { Lab } from "../support/lab";
import { refusesMode } from "./cluster/mode";
import { changesSettings, refusesSettings } from "./cluster/settings";
import { aCluster } from "./cluster/suite";

describe("a cluster", () => {
  aCluster(new Lab("cluster"), {
    // Prepare, join and settings on each; init, the network and the keys of Secrets on the first besides; HAProxy on the load balancer.
    dials: { "cp-1": 6, "cp-2": 3, "cp-3": 3, "lb-1": 1 },
    keys: 9,
    besides: (lab) => {
      changesSettings(lab);
      refusesSettings(lab);
      refusesMode(lab, "kubeadm");
    },
  });
});
