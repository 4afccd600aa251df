import { afterAll, beforeAll, describe } from "vitest";
import type { Lab } from "../../support/lab";
import { isDoneOnce } from "./again";
import { balances } from "./balancer";
import { deployEcho, type EchoPod } from "./echo";
import { survives, survivesItsFirst } from "./failure";
import { grows } from "./growth";
import { isWhole } from "./kubernetes";
import { carriesPods } from "./network";
import { keepsSecrets } from "./secrets";
import { isSecure } from "./security";

/** What differs from stack to stack. */
export interface Expected {
  /** How often the first up dials each machine. */
  dials: Record<string, number>;
  /** How many private keys the state has, at the least. */
  keys: number;
  /** Control planes that are killed and come back; all, where not said. */
  victims?: string[];
  /** What holds on this stack besides, after its first up. */
  besides?: (lab: Lab) => void;
}

/**
 * What holds for a cluster of three stacked masters behind a load balancer, on whichever stack: one cluster for all of
 * it, from gentle to rough; each part leaves it whole for the next.
 */
export function aCluster(lab: Lab, expected: Expected): void {
  let pods: EchoPod[];
  let firstUp: string;

  beforeAll(async () => {
    await lab.begin();
    firstUp = await lab.up();
  });
  afterAll(() => lab.end());

  describe("is whole after its first up", () => isWhole(lab));
  describe("is done once", () => isDoneOnce(lab, expected.dials));
  describe("keeps its secrets", () => keepsSecrets(lab, () => firstUp, expected.keys));
  describe("is secure", () => isSecure(lab));
  if (expected.besides) describe("besides", () => expected.besides?.(lab));
  describe("with pods", () => {
    beforeAll(async () => {
      pods = await deployEcho(lab);
    });
    describe("has a network", () => carriesPods(lab, () => pods));
    describe("has a load balancer", () => balances(lab, () => pods));
  });
  describe("survives", () => {
    survives(lab, expected.victims ?? lab.controlPlanes);
    survivesItsFirst(lab);
  });
  describe("grows", () => grows(lab));
}
