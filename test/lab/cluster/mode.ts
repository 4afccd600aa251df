import { expect, test } from "vitest";
import type { Lab } from "../../support/lab";

/** What becomes of a living cluster for which the other way to share certificates is configured. */
export function refusesMode(lab: Lab, other: string): void {
  test(`certificates in mode ${other} are refused with the reason, and the cluster goes on`, async () => {
    const undo = lab.configure({ cluster: { certificates: { mode: other } } });
    const { status, output } = await lab.pulumi("up", "--yes", "--skip-preview");
    undo();
    expect(status).not.toBe(0);
    expect(output).toContain("a cluster's authorities never change in its life");
    expect(await lab.request("/api/v1/namespaces/kube-system", 5_000)).toBe(200);
    await lab.up();
  });
}
