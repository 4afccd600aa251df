import { afterAll, beforeAll, describe } from "vitest";
import { Lab } from "../support/lab";
import { deployEcho, type EchoPod } from "./cluster/echo";
import { survives } from "./cluster/failure";
import { isWhole } from "./cluster/kubernetes";
import { carriesPods } from "./cluster/network";
import { type Brought, hasOwnAuthorities, intermediates } from "./external-etcd/authorities";
import { shareAnAddress } from "./external-etcd/balancers";
import { changesEtcd, hasEtcd, survivesWithout, tuned } from "./external-etcd/etcd";
import { replacesMachines } from "./external-etcd/losses";
import { hasWorkers } from "./external-etcd/workers";

// One cluster for all of it, from gentle to rough: each part leaves it whole for the next.
describe("a cluster with an external etcd", () => {
  const lab = new Lab("external-etcd", "lab-external-etcd");
  let brought: Brought;

  beforeAll(async () => {
    await lab.begin();
    brought = await intermediates();
    lab.configure({ authorities: brought, cluster: { certificates: { validityDays: 90 }, etcd: tuned } });
    await lab.up();
  });
  afterAll(() => lab.end());

  describe("is whole after its first up", () => isWhole(lab));
  describe("has an etcd of its own", () => hasEtcd(lab));
  describe("has authorities of its own", () => hasOwnAuthorities(lab, () => brought, 90));
  describe("has workers", () => hasWorkers(lab));
  describe("with pods", () => {
    let pods: EchoPod[];
    beforeAll(async () => {
      pods = await deployEcho(lab);
    });
    describe("has a network", () => carriesPods(lab, () => pods));
    describe("has two load balancers that share an address", () => shareAnAddress(lab, () => pods));
  });
  describe("survives without some of its etcd", () => survivesWithout(lab));
  describe("survives without a control plane", () => survives(lab, ["cp-2"]));
  describe("replaces what is lost", () => replacesMachines(lab));
  describe("changes its members", () => changesEtcd(lab));
});
