import { defineConfig } from "vitest/config";

/** Tests on clusters. */
const lab = (name: string, files: { include: string[]; exclude?: string[] }) => ({
  extends: true as const,
  test: {
    name,
    ...files,
    // Clusters are made one after the other: two at once share the processors, and both are late.
    fileParallelism: false,
    // A roll-out takes each control plane in its turn.
    testTimeout: 1_500_000,
    hookTimeout: 1_500_000,
    sequence: { groupOrder: name === "lab" ? 2 : 3 },
  },
});

export default defineConfig({
  test: {
    reporters: ["default", "./test/support/totals.ts"],
    globalSetup: "./test/support/scratch.ts",
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          // Most of a file's time would be the loading of Pulumi's SDK, so that a worker loads it once for all its
          // files. They lean on nothing that another one left: `vitest run --project unit --sequence.shuffle` in any
          // order, and each file by itself, come to the same.
          pool: "threads",
          isolate: false,
          // Whoever runs them may have an agent that is gone; agent.test.ts has its own.
          env: { SSH_AUTH_SOCK: "" },
          // Seconds; on a machine that is at other work, minutes.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "doubles",
          include: ["test/doubles/**/*.test.ts"],
          testTimeout: 30_000,
          sequence: { groupOrder: 1 },
        },
      },
      lab("lab", { include: ["test/lab/*.test.ts"], exclude: ["**/*.long.test.ts"] }),
      // What does not fit in 35 minutes on two processors; `make test-all` runs them, too.
      lab("lab-long", { include: ["test/lab/*.long.test.ts"] }),
    ],
  },
});
