import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderStep } from "../../components/remote/render";
import { shellSources } from "../../components/remote/sources";

/** Runs the script with an ssh of these lines. */
function takeLeave(lines: string) {
  const bin = mkdtempSync(join(tmpdir(), "ssh-"));
  writeFileSync(join(bin, "ssh"), `#!/bin/bash\n${lines}\n`);
  chmodSync(join(bin, "ssh"), 0o755);
  const input = renderStep({
    script: "remote/on-removal.sh",
    sources: shellSources("remote/on-removal.sh"),
    input: { ssh_config: "Host machine\n", step: "what is to be done\n" },
    deadline: 2,
  });
  const { status, stdout, stderr } = spawnSync("bash", ["-s", "--", "lb-2", "do it there", "bash -s # leave"], {
    input,
    encoding: "utf8",
    timeout: 20_000,
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
  });
  return { bin, status, stdout, stderr };
}

test("a machine that can be reached runs the step, by nothing but the files that came with it", () => {
  const { bin, ...ended } = takeLeave(
    'to=$(dirname "$0"); printf "%s|" "$@" >"$to/words"; ls . | xargs >>"$to/words"; cat >"$to/step"',
  );
  expect(ended).toEqual({ status: 0, stdout: "", stderr: "taking leave of lb-2\n" });
  expect(readFileSync(join(bin, "words"), "utf8")).toBe("-F|ssh_config|machine|bash -s # leave|ssh_config step\n");
  expect(readFileSync(join(bin, "step"), "utf8")).toBe("what is to be done\n");
});

test.each([
  ["is dead", "exit 255", 255],
  ["does not answer", "exec sleep 60", 124],
])("one that %s holds nobody up, and it is said what to do", (_, lines, status) => {
  expect(takeLeave(lines)).toMatchObject({
    status: 0,
    stderr: `taking leave of lb-2\nnote: lb-2 could not be told that it is let go (status ${status}); if it lives on: do it there\n`,
  });
});
