// Loaded into the program of a preview (`node --require`): as it ends, it adds a line with the most memory that it has
// had, in MiB, to the file that BENCH_USAGE names. Only a process itself can tell: the engine does not pass it on.

const { appendFileSync } = require("node:fs");

// The language host asks Node for a path or two as well; only this one is the program.
if (/cmd[\\/]run([\\/]|$)/.test(process.argv[1] ?? ""))
  process.on("exit", () => {
    const { maxRSS } = process.resourceUsage();
    appendFileSync(process.env.BENCH_USAGE, `${Math.round(maxRSS / 1024)}\n`);
  });
