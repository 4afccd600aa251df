import { expect, test } from "vitest";
import { renderStep } from "../../components/remote/render";
import { shellSources } from "../../components/remote/sources";
import { Sandbox } from "../support/sandbox";

/** Runs the script with an ssh of these lines. */
function takeLeave(lines: string, ...more: string[]) {
  const input = renderStep({
    script: "remote/on-removal.sh",
    sources: shellSources("remote/on-removal.sh"),
    input: { ssh_config: "Host machine\n", step: "what is to be done\n" },
    deadline: 2,
  });
  const words = ["-s", "--", "lb-2", "do it there", "bash -s # leave", ...more];
  return new Sandbox({ ssh: lines }).run(words, { input, timeout: 20_000 });
}

test("a machine that can be reached runs the step, by nothing but the files that came with it", () => {
  const { read, ...ended } = takeLeave(
    'printf "%s|" "$@" >$there/words; ls . | xargs >>$there/words; cat >$there/step',
  );
  expect(ended).toEqual({ status: 0, stdout: "", stderr: "taking leave of lb-2\n" });
  expect(read("words")).toBe("-F|ssh_config|machine|bash -s # leave|ssh_config step\n");
  expect(read("step")).toBe("what is to be done\n");
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

test.each([1, 2, 75, 130])(
  "one that is not let go of before it has left: what it fails with (%i) is passed on",
  (failure) => {
    const lines = `echo "error: no" >&2; exit ${failure}`;
    expect(takeLeave(lines, "insist")).toMatchObject({ status: failure, stderr: "taking leave of lb-2\nerror: no\n" });
    expect(takeLeave(lines)).toMatchObject({ status: 0, stderr: expect.stringContaining(`(status ${failure})`) });
  },
);

test.each([
  ["is dead", "exit 255", 255],
  ["does not answer", "exec sleep 60", 124],
  ["does not even end", "exit 137", 137],
])("one that %s holds nobody up even so", (_, lines, status) => {
  expect(takeLeave(lines, "insist")).toMatchObject({
    status: 0,
    stderr: `taking leave of lb-2\nnote: lb-2 could not be told that it is let go (status ${status}); if it lives on: do it there\n`,
  });
});

test("one that is not let go of before it has left, and has left", () => {
  expect(takeLeave("cat >$there/step", "insist")).toMatchObject({ status: 0, stderr: "taking leave of lb-2\n" });
});
