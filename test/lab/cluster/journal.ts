import { expect, test } from "vitest";
import type { Lab } from "../../support/lab";

/** Remembers where the journal of a service is; gives what reads on from there. */
export async function journal(lab: Lab, machine: string, service: string): Promise<() => Promise<string>> {
  const read = `journalctl --unit=${service} --output=cat --show-cursor`;
  const cursor = /-- cursor: (.*)/.exec(await lab.on(machine, `${read} --lines=0`))?.[1];
  return () => lab.on(machine, `${read} --after-cursor='${cursor}'`);
}

/**
 * The load balancer's journal has lines like LINE of connections, and its statistics, with PAGE in them, are for nobody
 * else.
 */
export function isObserved(lab: Lab, service: string, line: RegExp, page: string): void {
  test("connections are logged, and statistics are for the machine itself", async () => {
    expect(await lab.request("/readyz", 5_000)).toBe(200);
    expect(await lab.on("lb-1", `journalctl --identifier=${service} --output=cat --lines=50`)).toMatch(line);
    expect(await lab.on("lb-1", "curl -sS http://127.0.0.1:8404/")).toContain(page);
    expect(await lab.on("lb-1", "ss -Hltn 'sport = :8404'")).not.toMatch(/(0\.0\.0\.0|\*|\[::\]):8404/);
  });
}
