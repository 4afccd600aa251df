import { beforeEach, expect, test } from "vitest";
import releases from "../../components/cluster/releases.json";
import { releaseOf, sandboxImage, supportedVersions } from "../../components/cluster/versions";
import { LabHome } from "../support/lab-home";

let home: LabHome;

beforeEach(() => {
  home = new LabHome();
});

test("the lab makes what goes with its Kubernetes by the product's table", () => {
  const names = ["KUBERNETES", "PAUSE", "ETCD_IMAGE", "ETCD", "COREDNS", "FLANNEL"];
  const [kubernetes, ...found] = home.bash(`echo ${names.map((name) => `$${name}`).join(" ")}`).split(" ");
  const row = releases[kubernetes.replace(/\.\d+$/, "") as keyof typeof releases];
  expect(found).toEqual([row.pause, row.etcd, row.etcd.replace(/-\d+$/, ""), row.coredns, row.flannel]);
});

test("a version of a minor in the table has its images, and another has none", () => {
  for (const [minor, row] of Object.entries(releases)) {
    const release = releaseOf(`${minor}.0`);
    expect(release?.pause).toBe(`registry.k8s.io/pause:${row.pause}`);
    expect(release && sandboxImage(release, "mirror.example.com")).toBe(`mirror.example.com/pause:${row.pause}`);
    expect(supportedVersions()).toContain(`${minor}.x`);
  }
  for (const version of ["1.1.0", "1.36", "v1.36.3", "1.36.3-rc.0", ""])
    expect(releaseOf(version), version).toBe(undefined);
});
