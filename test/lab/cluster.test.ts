import { afterAll, beforeAll, describe } from "vitest";
import { Lab } from "../support/lab";
import { isDoneOnce } from "./cluster/again";
import { balances } from "./cluster/balancer";
import { deployEcho, type EchoPod } from "./cluster/echo";
import { survives } from "./cluster/failure";
import { isWhole } from "./cluster/kubernetes";
import { carriesPods } from "./cluster/network";
import { keepsSecrets } from "./cluster/secrets";

// One cluster for all of it, from gentle to rough: each part leaves it whole for the next.
describe("a cluster", () => {
  const lab = new Lab("cluster");
  let pods: EchoPod[];
  let firstUp: string;

  beforeAll(async () => {
    await lab.begin();
    firstUp = await lab.up();
  });
  afterAll(() => lab.end());

  describe("is whole after its first up", () => isWhole(lab));
  describe("is done once", () => isDoneOnce(lab));
  describe("keeps its secrets", () => keepsSecrets(lab, () => firstUp));
  describe("with pods", () => {
    beforeAll(async () => {
      pods = await deployEcho(lab);
    });
    describe("has a network", () => carriesPods(lab, () => pods));
    describe("has a load balancer", () => balances(lab, () => pods));
  });
  describe("survives", () => survives(lab));
});
