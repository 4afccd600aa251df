import { expect, test } from "vitest";
import { checkConfig } from "../../config";
import { labConfig } from "../support/fixtures";

function problems(workerPools: object[]): string {
  try {
    checkConfig({ ...labConfig, machines: { ...labConfig.machines, workerPools } });
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

test("worker pools with names, labels and taints that can not be", () => {
  const pool = (rest: object) => ({ name: "general", machines: [], ...rest });
  const workerPools = [
    pool({ labels: { "kubeadm-ha/pool": "x", "a b": "c", disk: "fast ssd" } }),
    pool({
      taints: [
        { key: "gpu", effect: "NoSchedule" },
        { key: "gpu", value: "yes", effect: "NoSchedule" },
        { key: "gpu", effect: "NoExecute" },
        { key: "/gpu", value: "*", effect: "NoExecute" },
      ],
    }),
    pool({ name: "GPU", machines: [{ name: "cp-1", address: "10.89.40.21" }] }),
  ];
  expect(problems(workerPools)).toBe(
    `the configuration has 9 problems; nothing was touched:
  machines.workerPools[0].labels.a b: "a b" is not a valid key; examples: disk, example.com/disk
  machines.workerPools[0].labels.disk: "fast ssd" is not a valid value; allowed: letters, digits and inner ., _ and -, 63 at most
  machines.workerPools[0].labels.kubeadm-ha/pool: the pool's name is this label's value; leave it out
  machines.workerPools[1].name: name "general" is taken by machines.workerPools[0]; every pool needs its own
  machines.workerPools[1].taints[1]: key and effect are those of taints[0]; a Node has one taint of each
  machines.workerPools[1].taints[3].key: "/gpu" is not a valid key; examples: disk, example.com/disk
  machines.workerPools[1].taints[3].value: "*" is not a valid value; allowed: letters, digits and inner ., _ and -, 63 at most
  machines.workerPools[2].machines[0].name: name "cp-1" is taken by machines.controlPlanes[0]; every machine needs its own
  machines.workerPools[2].name: "GPU" is not a DNS label; allowed: lowercase letters, digits and inner hyphens, 63 at most`,
  );
  expect(problems([pool({ taints: [{ key: "a", effect: "Never" }] })])).toContain(
    'machines.workerPools[0].taints[0].effect: "Never" is not allowed; allowed: NoSchedule, PreferNoSchedule, NoExecute',
  );
});
