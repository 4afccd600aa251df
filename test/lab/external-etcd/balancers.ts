import { expect, test } from "vitest";
import type { Lab } from "../../support/lab";
import { askMeanwhile } from "../../support/probe";
import { poll } from "../../support/process";

/** What two load balancers do that share an address. It ends with both of them up. */
export function shareAnAddress(lab: Lab): void {
  const file = "/etc/keepalived/keepalived.conf";
  let first: string;

  test("one of them has the address, and both listen at it", async () => {
    [first] = await holders(lab);
    expect(lab.loadBalancers).toContain(first);
    for (const name of lab.loadBalancers) {
      expect(await lab.on(name, "systemctl is-active keepalived")).toBe("active\n");
      expect(await lab.on(name, "ss -Hltn 'sport = :6443'")).toContain(":6443");
    }
  });

  test("the password is the same on both, for root alone, and in no journal", async () => {
    const read = `sed -n 's/ *auth_pass //p' ${file}`;
    const passwords = await Promise.all(lab.loadBalancers.map((name) => lab.on(name, read)));
    expect(passwords[0]).toMatch(/^[\w-]{8}\n$/);
    expect(passwords[1]).toBe(passwords[0]);
    for (const name of lab.loadBalancers) {
      expect(await lab.on(name, `stat -c %a ${file}`)).toBe("600\n");
      expect(await lab.on(name, "journalctl --output=cat")).not.toContain(passwords[0].trim());
    }
  });

  test("the one that has the address is killed: the other takes it, and no client waits for more than 3 s", async () => {
    const { gap } = await askMeanwhile(lab, async () => {
      await lab.engine("container", "kill", "--signal=KILL", lab.container(first));
    });
    expect(gap).toBeLessThanOrEqual(3);
    expect(await holders(lab, [first])).toEqual(lab.loadBalancers.filter((name) => name !== first));
  });

  test("started again it is standby, and the address stays where it is", async () => {
    const { gap } = await askMeanwhile(lab, async () => {
      await lab.engine("container", "start", lab.container(first));
      await poll(`${first} to be standby`, 60, async () => {
        const told = await lab.on(first, "journalctl --boot --unit=keepalived --output=cat");
        expect(told).toContain("Entering BACKUP STATE");
        expect(told).toContain("Changing effective priority from 100 to 150");
      });
    });
    expect(gap).toBeLessThanOrEqual(3);
    expect(await holders(lab)).toEqual(lab.loadBalancers.filter((name) => name !== first));
  });

  test("the load balancer on the active machine stops: the address moves to the one that works", async () => {
    const [active] = await holders(lab);
    await lab.on(active, "systemctl stop haproxy");
    try {
      await poll("the address to move", 15, async () => expect(await holders(lab)).not.toContain(active));
      expect(await lab.request("/readyz", 5_000)).toBe(200);
    } finally {
      await lab.on(active, "systemctl start haproxy");
    }
  });
}

/** The machines that have the virtual address; those in `dead` cannot be asked. */
async function holders(lab: Lab, dead: string[] = []): Promise<string[]> {
  const { hostname } = new URL(`https://${(await lab.pulumi("stack", "output", "endpoint")).stdout.trim()}`);
  const living = lab.loadBalancers.filter((name) => !dead.includes(name));
  const shown = await Promise.all(living.map((name) => lab.on(name, `ip -4 -o address show to ${hostname}/32`)));
  return living.filter((_, i) => shown[i] !== "");
}
