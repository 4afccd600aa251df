import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { renderStep } from "../../components/remote/render";
import { again } from "../../components/remote/sources";
import { fingerprint, noteChosen, secretFingerprint } from "../../components/values/fingerprint";
import { quote } from "../../components/values/shell-words";
import { shell } from "../support/shell";

const library = join(__dirname, "../../components/shell/load.sh");

/** Runs lines of bash with lib.sh. */
function bash(lines: string, env: Record<string, string> = {}) {
  const script = `set -euo pipefail\n. ${library}\nLOGS=${mkdtempSync(join(tmpdir(), "logs-"))} STATE=$LOGS/state\n${lines}\n`;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script], {
    encoding: "utf8",
    timeout: 20_000,
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

describe("poll", () => {
  test("goes on as soon as the command succeeds", () => {
    const dir = mkdtempSync(join(tmpdir(), "poll-"));
    const { status } = bash(`poll 10 "three tries" bash -c 'echo x >>${dir}/n; [ "$(wc -l <${dir}/n)" -ge 3 ]'`);
    expect(status).toBe(0);
    expect(readFileSync(join(dir, "n"), "utf8")).toBe("x\nx\nx\n");
  });

  test("fails after its limit with what it waited for and what it saw last", () => {
    const { status, stderr } = bash(`poll 1 "the moon" bash -c 'echo still cheese; exit 1'`);
    expect(status).toBe(1);
    expect(stderr).toContain("error: waited 1 s for the moon; last seen: still cheese");
  });

  test("says what it waits for where that takes long", () => {
    const { stderr } = bash(
      `sleep() { SECONDS=$((SECONDS + 4)); }; poll 30 "the moon" bash -c 'echo still cheese; exit 1'`,
    );
    expect(stderr).toBe(
      "still waiting for the moon; last seen: still cheese\nerror: waited 32 s for the moon; last seen: still cheese\n",
    );
  });

  test("never waits longer than the step's deadline", () => {
    const start = Date.now();
    const { status, stderr } = bash(`poll 60 "the moon" false`, { DEADLINE: "1" });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: waited \d s for the moon; /);
    expect(Date.now() - start).toBeLessThan(10_000);
  });
});

test("the backstop's signal says what was going on", () => {
  const { status, stderr } = bash(`begin "counting sheep"; kill -TERM $$; sleep 1`, { DEADLINE: "9" });
  expect(status).toBe(124);
  expect(stderr).toBe("counting sheep\nerror: the deadline of 9 s ran out while counting sheep\n");
});

test("the backstop's signal says what a wait saw last, and nothing of a wait that is over", () => {
  const look = `look() { if [ -e $1 ]; then sleep 5; else touch $1; echo still cheese; return 1; fi; }`;
  const waiting = bash(
    `${look}; (sleep 1; kill -TERM $$; pkill -P $$ sleep) & poll 60 "the moon" look "$(mktemp -u)"`,
    { DEADLINE: "9" },
  );
  expect(waiting.status).toBe(124);
  expect(waiting.stderr).toContain("the deadline of 9 s ran out while waiting for the moon; last seen: still cheese\n");
  expect(bash(`${look}; poll 9 "the moon" echo cheese; kill -TERM $$; sleep 1`).stderr).not.toContain("cheese");
});

test("fail says what was found, expected and to be done", () => {
  expect(bash(`fail "a" "b" "c"`)).toMatchObject({
    status: 1,
    stdout: "",
    stderr: "error: a\n  expected: b\n  to do: c\n",
  });
});

describe("place", () => {
  test("sets the mode from the first byte, and tells whether something changed", () => {
    const dir = mkdtempSync(join(tmpdir(), "place-"));
    writeFileSync(join(dir, "a"), "secret");
    const { stdout } = bash(
      `cd ${dir}; for i in 1 2; do if place a sub/b 0600; then echo changed; else echo same; fi; done; chmod 644 sub/b; place a sub/b 0600 && echo changed`,
    );
    expect(stdout).toBe("changed\nsame\nchanged\n");
    expect(statSync(join(dir, "sub/b")).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(dir, "sub"))).toEqual(["b"]);
  });
});

test("a file that cannot be written ends the step, wherever place is called", () => {
  const dir = mkdtempSync(join(tmpdir(), "place-"));
  writeFileSync(join(dir, "a"), "");
  const { status, stderr } = bash(`if place ${dir}/a ${dir}/a/b; then :; fi; echo went on >&2`);
  expect(status).toBe(1);
  expect(stderr).toContain(`error: could not write ${dir}/a/b on `);
  expect(stderr).not.toContain("went on");
});

test("logged shows the end of the log of what failed, and keeps the log from others", () => {
  const { status, stderr } = bash(
    `logged step bash -c 'echo one; echo two >&2; exit 7' || { status=$?; stat -c %a "$LOGS/step.log" >&2; exit "$status"; }`,
  );
  expect(status).toBe(7);
  expect(stderr).toContain("  | one\n  | two\n");
  expect(stderr).toMatch(/^600$/m);
});

describe("swap", () => {
  const swap = (container: boolean, input: string) =>
    bash(
      `INPUT=$(mktemp -d); load host/swap; hostname() { echo cp-1; }
       swap_devices() { echo /swapfile; }; boot_in_container() { ${container}; }; ${input}; swap_refuse`,
    );

  test("is refused, in a container where nothing is said of it, too", () => {
    const found = "error: swap is on: /swapfile\n  expected: none, since the kubelet does not start beside it\n";
    const fix = "  to do: swapoff -a, and take it out of /etc/fstab";
    expect(swap(false, "touch $INPUT/swap-in-containers")).toMatchObject({ status: 1, stderr: `${found}${fix}\n` });
    expect(swap(true, ":")).toMatchObject({
      status: 1,
      stderr: `${found}${fix}, on the host of this container; or set install.swapInContainers, and failSwapOn of the kubelet to false\n`,
    });
  });

  test("is no obstacle in a container that may have it", () => {
    const { status, stderr } = swap(true, "touch $INPUT/swap-in-containers");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "note: the host of cp-1 has swap on\n" });
  });
});

describe("a rendered step", () => {
  const text = (script: string, input: Record<string, string>) =>
    renderStep({
      script: "room/step.sh",
      sources: { "shell/load.sh": readFileSync(library, "utf8"), "room/step.sh": script },
      input,
      deadline: 30,
    });

  test("gives the script its arguments and its input, whatever is in them", () => {
    const input = { plain: "a\nb\n", "folder/quotes": `$HOME 'x' "y" \`z\` \\\n`, "no newline": "end" };
    const script = `. "\${BASH_SOURCE[0]%/*}/../shell/load.sh"; printf '%s|' "$@" "$DEADLINE"; cat "$INPUT/plain" "$INPUT/folder/quotes"; stat -c %a "$INPUT/plain"; echo "$INPUT"; cat`;
    const out = execFileSync("bash", ["-s", "--", "one", "two words"], {
      input: text(script, input),
      encoding: "utf8",
      timeout: 20_000,
    });
    const [first, ...rest] = out.trimEnd().split("\n");
    // The deadline is counted from when the step began to be read.
    expect(first).toMatch(/^one\|two words\|(30|2\d)\|a$/);
    expect(rest.slice(0, -1)).toEqual(["b", `$HOME 'x' "y" \`z\` \\`, "600"]);
    expect(readdirSync(tmpdir())).not.toContain(rest.at(-1)?.split("/")[2]);
  });

  test("ends as the script does", () => {
    expect(spawnSync("bash", ["-s"], { input: text("exit 3", {}), timeout: 20_000 }).status).toBe(3);
  });
});

test("a step on a machine sees nothing of what the session brings along", () => {
  const text = renderStep({
    script: "test/session.sh",
    sources: { "test/session.sh": "env | sort; command -v sh\n" },
    input: {},
    deadline: 30,
    instanceId: "here",
  });
  const env = {
    PATH: "/usr/bin:/bin",
    https_proxy: "http://proxy:3128",
    LANG: "de_DE.UTF-8",
    BASH_FUNC_x: "() { :; }",
  };
  const out = execFileSync("bash", ["-c", "bash -s; rm -f /run/kubeadm-ha/test-session.lock"], {
    input: text,
    encoding: "utf8",
    timeout: 20_000,
    env,
  });
  const seen = out.split("\n").filter((line) => /^\w+=/.test(line) && !/^(PWD|SHLVL|_|OLDPWD)=/.test(line));
  expect(seen).toEqual([
    expect.stringMatching(/^DEADLINE=(30|2\d)$/),
    "HOME=/root",
    "LC_ALL=C",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  ]);
});

test("a proxy is for what fetches something, and for nothing after it", () => {
  const { status, stdout } = shell(`proxied bash -c 'echo "$HTTP_PROXY"; exit 3' || echo "$? \${HTTP_PROXY:-none}"`, {
    input: { "proxy.env": "export HTTP_PROXY=http://proxy:3128\n" },
  });
  expect({ status, stdout }).toEqual({ status: 0, stdout: "http://proxy:3128\n3 none\n" });
});

test("an earlier run of the same step is waited for as long as the step has, and that is said", () => {
  const lock = "/run/kubeadm-ha/test-locked.lock";
  const text = renderStep({ script: "test/locked.sh", sources: {}, input: {}, deadline: 7, instanceId: "here" });
  const held = `mkdir -p /run/kubeadm-ha; exec 8>${lock}; flock 8; bash -s <<'STEP' 8>&-\n${text}STEP\nstatus=$?; rm -f ${lock}; exit $status`;
  const { status, stderr } = spawnSync("bash", ["-c", held], { encoding: "utf8", timeout: 20_000 });
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^error: waited [1-5] s for an earlier run of test\/locked\.sh to end on this machine \(lock /,
  );
});

test("words are quoted only where a shell would see something in them", () => {
  expect(["cp-1", "10.0.0.1:6443", "a b", "it's", ""].map(quote)).toEqual([
    "cp-1",
    "10.0.0.1:6443",
    "'a b'",
    "'it'\\''s'",
    "''",
  ]);
  for (const word of ["$(id)", "a;b", "'", "\n", "*"]) {
    expect(execFileSync("bash", ["-c", `printf %s ${quote(word)}`], { encoding: "utf8" })).toBe(word);
  }
});

test("a text in which somebody chose a word has another fingerprint, which is slow to guess by", () => {
  expect(secretFingerprint("login: geheim")).toBe(fingerprint("login: geheim"));
  noteChosen("geheim");
  const begun = process.cpuUsage().user;
  const slow = secretFingerprint("login: geheim");
  expect(process.cpuUsage().user - begun).toBeGreaterThan(10_000);
  expect(slow).toMatch(/^[0-9a-f]{12}$/);
  expect(slow).not.toBe(fingerprint("login: geheim"));
  expect(secretFingerprint("login: geheim")).toBe(slow);
  expect(secretFingerprint("login: other")).toBe(fingerprint("login: other"));
});

test("a fingerprint tells texts apart by where they end, too", () => {
  expect(fingerprint("ab", "c")).not.toBe(fingerprint("a", "bc"));
});

test("a script may say why its text alone has it run again", () => {
  const script = "#!/usr/bin/env bash\n# Again: a rule that was left behind\n# Again and again\nset -e # Again: no\n";
  expect(again({ "host/prepare.sh": script, "shell/load.sh": "# nothing\n" })).toEqual(["a rule that was left behind"]);
});
