import type { Reporter, TestModule } from "vitest/node";

/** Prints the totals as the very last line, in the plain form that any CI can read: `N passed, N failed[, N skipped]`. */
export default class Totals implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) {
        const { state } = test.result();
        if (state !== "pending") count[state]++;
      }
      // A file that could not even be collected is a failure that no test stands for.
      if (module.state() === "failed" && !tests.some((t) => t.result().state === "failed")) count.failed++;
    }
    count.failed += errors.length;
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : "";
    process.once("exit", () => process.stdout.write(`${count.passed} passed, ${count.failed} failed${skipped}\n`));
  }
}
