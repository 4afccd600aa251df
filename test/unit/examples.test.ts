import { expect, test } from "vitest";
import { parse } from "yaml";
import { cloudController, diskDriver } from "../../examples/aws-cloud-controller/charts";

test("the cloud controller manager comes up on Nodes that wait for it, and leaves routes alone", () => {
  const { values, ...chart } = cloudController("prod");
  expect(chart).toMatchSnapshot();
  const { args, tolerations } = parse(values);
  expect(args).toContain("--cluster-name=prod");
  expect(args).toContain("--configure-cloud-routes=false");
  expect(tolerations.map(({ key }: { key: string }) => key)).toContain(
    "node.cloudprovider.kubernetes.io/uninitialized",
  );
});

test("the disk driver brings a default class of encrypted disks in the pod's zone", () => {
  const { values, ...chart } = diskDriver();
  expect(chart).toMatchSnapshot();
  const { storageClasses } = parse(values);
  expect(storageClasses).toHaveLength(1);
  expect(storageClasses[0]).toMatchObject({
    annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
    parameters: { encrypted: "true" },
    volumeBindingMode: "WaitForFirstConsumer",
  });
});
