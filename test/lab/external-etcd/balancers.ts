import { expect, test } from "vitest";
import type { Lab } from "../../support/lab";
import { askMeanwhile } from "../../support/probe";
import { poll, type Running } from "../../support/process";
import type { EchoPod } from "../cluster/echo";
import { journal } from "../cluster/journal";
import { beginWatch, streamsLiveThrough } from "../cluster/streams";

const file = "/etc/keepalived/keepalived.conf";

/** What two load balancers do that share an address; `pods` are echo servers. It ends with both of them up. */
export function shareAnAddress(lab: Lab, pods: () => EchoPod[]): void {
  let first: string;
  let watch: Running;

  test("one of them has the address, and both listen at it", async () => {
    expect(await holders(lab)).toHaveLength(1);
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

  test("a watch and a log that is followed live through a reload of both, and the address stays", async () => {
    const before = await holders(lab);
    await streamsLiveThrough(lab, pods()[0], async () => {
      const replace: string[] = [];
      const told: (() => Promise<string>)[] = [];
      for (const name of lab.loadBalancers) {
        await lab.on(name, `echo '# somebody was here' | tee -a /etc/haproxy/haproxy.cfg >>${file}`);
        replace.push("--replace", await lab.urn(`${name}-configure`));
        for (const service of ["haproxy", "keepalived"]) told.push(await journal(lab, name, service));
      }
      await lab.up(...replace);
      for (const since of told) expect(await since()).toMatch(/Reloaded (haproxy|keepalived)/);
      expect(await holders(lab)).toEqual(before);
    });
  });

  test("the one that has the address is killed: the other takes it, and no client waits for more than 3 s", async () => {
    [first] = await holders(lab);
    watch = await beginWatch(lab);
    const { gap } = await askMeanwhile(lab, async () => {
      await lab.engine("container", "kill", "--signal=KILL", lab.container(first));
    });
    expect(gap).toBeLessThanOrEqual(3);
    const others = lab.loadBalancers.filter((name) => name !== first);
    expect(await holders(lab, others)).toEqual(others);
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

  test("a watch by way of the one that was killed is at an end within a minute, however silent it was", async () => {
    await poll("kubectl to notice", 60, () => expect(watch.over).toBe(true));
  });

  test("the load balancer on the active machine stops: connections are cut, and the address moves to the one that works", async () => {
    const [active] = await holders(lab);
    const cut = await beginWatch(lab);
    await lab.on(active, "systemctl stop haproxy");
    try {
      await poll("the watch to be cut", 15, () => expect(cut.over).toBe(true));
      await poll("the address to move", 15, async () => expect(await holders(lab)).not.toContain(active));
      (await beginWatch(lab)).crash();
    } finally {
      await lab.on(active, "systemctl start haproxy");
    }
  });

  test("one that is let go gives the address up at once and for good; configured again, it is standby", async () => {
    const [active] = await holders(lab);
    const others = lab.loadBalancers.filter((name) => name !== active);
    const { gap } = await askMeanwhile(lab, async () => {
      const farewell = await lab.urn(`virtual-address-${active}-farewell`);
      const { status, output } = await lab.pulumi("destroy", "--yes", "--skip-preview", "--target", farewell);
      expect(status, output).toBe(0);
    });
    expect(gap).toBeLessThanOrEqual(3);
    expect(await holders(lab)).toEqual(others);
    for (const service of ["keepalived", "haproxy"]) {
      const state = await lab.on(
        active,
        `systemctl is-enabled ${service} || true; systemctl is-active ${service} || true`,
      );
      expect(state, service).toBe("disabled\ninactive\n");
    }
    await lab.up("--replace", await lab.urn(`${active}-configure`));
    expect(await lab.on(active, "systemctl is-enabled keepalived haproxy")).toBe("enabled\nenabled\n");
    expect(await holders(lab)).toEqual(others);
  });
}

/** Those of some living load balancers that have the virtual address. */
export async function holders(lab: Lab, among: string[] = lab.loadBalancers): Promise<string[]> {
  const { virtualAddress } = lab.config.cluster.loadBalancer as { virtualAddress: string };
  const shown = await Promise.all(among.map((name) => lab.on(name, `ip -4 -o address show to ${virtualAddress}/32`)));
  return among.filter((_, i) => shown[i] !== "");
}
