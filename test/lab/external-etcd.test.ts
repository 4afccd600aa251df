import { afterAll, beforeAll, describe } from "vitest";
import { Lab } from "../support/lab";
import { shareAnAddress } from "./external-etcd/balancers";
import { changesEtcd, hasEtcd, survivesWithout } from "./external-etcd/etcd";

// One cluster for all of it, from gentle to rough: each part leaves it whole for the next.
describe("a cluster with an external etcd", () => {
  const lab = new Lab("external-etcd", "lab-external-etcd");

  beforeAll(async () => {
    await lab.begin();
    await lab.up();
  });
  afterAll(() => lab.end());

  describe("has an etcd of its own", () => hasEtcd(lab));
  describe("has two load balancers that share an address", () => shareAnAddress(lab));
  describe("survives without some of it", () => survivesWithout(lab));
  describe("changes its members", () => changesEtcd(lab));
});
