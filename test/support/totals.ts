import type { Reporter, TestModule } from "vitest/node";

/**
 * Prints the totals as the very last line, `N passed, N failed`, exactly so that any CI can read it. Above it, the
 * tests that were skipped, with their reasons; those that somebody left out by a filter have none.
 */
export default class Totals implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: 0 };
    const skipped: (string | undefined)[] = [];
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) {
        const result = test.result();
        if (result.state === "skipped") skipped.push(result.note && `skipped: ${test.fullName} (${result.note})`);
        else if (result.state !== "pending") count[result.state]++;
      }
      // A file that could not even be collected is a failure that no test stands for.
      if (module.state() === "failed" && !tests.some((t) => t.result().state === "failed")) count.failed++;
    }
    count.failed += errors.length;
    const reasons = skipped.filter((line) => line !== undefined);
    const others = skipped.length - reasons.length;
    const lines = [
      ...reasons,
      ...(others > 0 ? [`skipped without a reason: ${others}`] : []),
      `${count.passed} passed, ${count.failed} failed`,
    ];
    process.once("exit", () => process.stdout.write(`${lines.join("\n")}\n`));
  }
}
