import { describe } from "vitest";
import { Lab } from "../support/lab";
import { refusesMode } from "./cluster/mode";
import { changesSettings, refusesSettings } from "./cluster/settings";
import { aCluster } from "./cluster/suite";

describe("a cluster", () => {
  aCluster(new Lab("cluster"), {
    // Prepare, software, join and roll-out on each; on the first besides: init, the network, who is admitted, the keys
    // of Secrets and the settled roster; HAProxy on the load balancer.
    dials: { "cp-1": 9, "cp-2": 4, "cp-3": 4, "lb-1": 1 },
    keys: 9,
    besides: (lab) => {
      changesSettings(lab);
      refusesSettings(lab);
      refusesMode(lab, "kubeadm");
    },
  });
});
