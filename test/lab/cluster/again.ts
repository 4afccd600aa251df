import { expect, test } from "vitest";
import type { Lab } from "../../support/lab";

/** What a second run does: nothing. */
export function isDoneOnce(lab: Lab, dials: Record<string, number>): void {
  test("the first up dialled each machine once for each of its steps", async () => {
    expect(await logins(lab)).toEqual(dials);
  });

  test("another up changes nothing and dials nobody", async () => {
    const before = await logins(lab);
    await lab.up("--expect-no-changes");
    expect(await logins(lab)).toEqual(before);
  });

  test("a preview shows no change and dials nobody", async () => {
    const before = await logins(lab);
    const { status, output } = await lab.pulumi("preview", "--expect-no-changes");
    expect(status, output).toBe(0);
    expect(await logins(lab)).toEqual(before);
  });
}

/** How often each machine's sshd let somebody in, as its own journal has it. */
export async function logins(lab: Lab): Promise<Record<string, number>> {
  const count = "journalctl --unit=ssh --output=cat | grep -c '^Accepted publickey' || true";
  const counts = await Promise.all(lab.machines.map(async (name) => [name, Number(await lab.on(name, count))]));
  return Object.fromEntries(counts);
}
