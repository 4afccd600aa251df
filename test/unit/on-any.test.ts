import { expect, test } from "vitest";
import { renderStep } from "../../components/remote/render";
import { shellSources } from "../../components/remote/sources";
import { Sandbox } from "../support/sandbox";

const names = ["cp-1", "cp-2", "cp-3"];

/**
 * Runs the script with an ssh of these lines, to which `$machine` is the one that is asked. `limit`: seconds that it
 * may take there. `begun`: how long ago it began to ask, as far as it knows.
 */
function ask(lines: string, { limit = 30, begun = 0 } = {}) {
  const sandbox = new Sandbox({ ssh: `machine=$(basename "$PWD"); echo "$machine" >>$there/asked\n${lines}` });
  const files = names.flatMap((name) => [
    [`${name}/ssh_config`, "Host machine\n"],
    [`${name}/command`, "bash -s # do it"],
  ]);
  const script = "remote/on-any.sh";
  const input = {
    ...Object.fromEntries(files),
    machines: `${names.join("\n")}\n`,
    limit: `${limit}\n`,
    "command.step": "what is to be done\n",
  };
  const ended = sandbox.run(["-s", "--", "roster/roster.sh"], {
    input: renderStep({ script, sources: shellSources(script), input, deadline: 300 }),
    timeout: 20_000,
    env: { SECONDS: `${begun}` },
  });
  return { ...ended, asked: ended.read("asked").trim().split("\n") };
}

test("the first that can do it does it, by nothing but the files that came with it, and what it prints is passed on", () => {
  const { status, stdout, asked, read } = ask('printf "%s|" "$@" >$there/words; cat >$there/step; echo result');
  expect({ status, stdout, asked }).toEqual({ status: 0, stdout: "result\n", asked: ["cp-1"] });
  expect(read("words")).toBe("-F|ssh_config|-E|ssh.log|machine|bash -s # do it|");
  expect(read("step")).toBe("what is to be done\n");
});

test("one that is away and one that does not serve the cluster are passed over, with what they printed", () => {
  const { status, stdout, asked } = ask("echo of $machine; case $machine in cp-1) exit 255 ;; cp-2) exit 75 ;; esac");
  expect({ status, stdout, asked }).toEqual({ status: 0, stdout: "of cp-3\n", asked: names });
});

test("what a step says on its way is seen at once, and what it prints is its machine's alone", () => {
  const { stdout, stderr } = ask("echo 'draining worker-1' >&2; echo a secret");
  expect({ stdout, stderr }).toEqual({ stdout: "a secret\n", stderr: "draining worker-1\n" });
});

test("what the step fails with is what this fails with, and nobody else is asked", () => {
  const { status, stderr, asked } = ask("echo 'error: no such taint' >&2; exit 1");
  expect({ status, asked }).toEqual({ status: 1, asked: ["cp-1"] });
  expect(stderr).toContain("error: no such taint");
});

test("all are asked again while none can, and it is said why", () => {
  const { status, stderr, asked } = ask('[ "$(wc -l <$there/asked)" -gt 4 ] || exit 75');
  expect({ status, asked }).toEqual({ status: 0, asked: [...names, "cp-1", "cp-2"] });
  expect(stderr).toBe(
    "cp-1 does not serve the cluster; cp-2 does not serve the cluster; cp-3 does not serve the cluster; asking again\n",
  );
});

test("where nobody can for two minutes, the error says why of each, and ssh's own words once", () => {
  const away = 'echo "ssh: connect to host $machine port 22: Connection refused" >>ssh.log; exit 255';
  const { status, stderr } = ask(`[ $machine = cp-2 ] && exit 75; ${away}`, { begun: 118 });
  const reasons = [
    "cp-1 could not be reached (ssh: connect to host cp-1 port 22: Connection refused)",
    "cp-2 does not serve the cluster",
    "cp-3 could not be reached (ssh: connect to host cp-3 port 22: Connection refused)",
  ].join("; ");
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: `${reasons}; asking again
error: no control plane could do it: ${reasons}
  expected: one that serves the cluster
  to do: see what is wrong with them; 'pulumi up' tries again
`,
  });
});

test("one that hangs is ended at its limit, and named", () => {
  const { status, stderr, asked } = ask("exec sleep 60", { limit: 1 });
  expect({ status, asked }).toEqual({ status: 1, asked: ["cp-1"] });
  expect(stderr).toBe(
    "error: cp-1 did not end the step in 1 s\n  to do: look at that machine; 'pulumi up' tries again\n",
  );
});
